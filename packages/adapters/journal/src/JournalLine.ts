import type { JournalEntry } from "@oauth-manager/application"
import { IntegrationId, Sealed, TenantId, UserId } from "@oauth-manager/domain"
import { Option, Schema } from "effect"
import { crc32 } from "node:zlib"

const Line = Schema.fromJsonString(
  Schema.Struct({
    owner: Schema.Struct({ tenant: TenantId, user: UserId }),
    integrationId: IntegrationId,
    generation: Schema.Int,
    answeredAt: Schema.DateTimeUtcFromMillis,
    answer: Schema.Uint8ArrayFromBase64.pipe(Schema.decodeTo(Sealed)),
    dataKey: Schema.optionalKey(
      Schema.Struct({ id: Schema.String, keyId: Schema.String, wrapped: Schema.Uint8ArrayFromBase64 })
    )
  })
)

const encodeLine = Schema.encodeSync(Line)
const decodeLine = Schema.decodeUnknownOption(Line)

const checksum = (json: Uint8Array): string => crc32(json).toString(16).padStart(8, "0")

export const encode = (entry: JournalEntry): Buffer => {
  const line = Buffer.from(`-------- ${encodeLine(entry)}\n`)
  line.write(checksum(line.subarray(9, -1)), "latin1")
  return line
}

const decode = (line: Buffer): Option.Option<JournalEntry> => {
  const json = line.subarray(9)
  return line.toString("latin1", 0, 9) === `${checksum(json)} ` ? decodeLine(json.toString()) : Option.none()
}

/** The entries that are whole, and how many lines are not. */
export const decodeAll = (
  content: Buffer
): { readonly entries: ReadonlyArray<JournalEntry>; readonly damaged: number } => {
  // Latin-1 keeps bytes as they are, also damaged ones
  const lines = content
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "")
  const entries = lines.flatMap((line) => Option.toArray(decode(Buffer.from(line, "latin1"))))
  return { entries, damaged: lines.length - entries.length }
}
