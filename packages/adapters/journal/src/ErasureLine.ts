import type { ErasureEntry } from "@oauth-manager/application"
import { ErasureId, UserReference } from "@oauth-manager/domain"
import { Option, Schema } from "effect"

const Line = Schema.fromJsonString(
  Schema.Struct({
    id: ErasureId,
    subject: UserReference,
    data_key_id: Schema.OptionFromNullOr(Schema.String.check(Schema.isUUID())),
    requested_at: Schema.DateTimeUtcFromString
  })
)

const encodeLine = Schema.encodeSync(Line)
const decodeLine = Schema.decodeUnknownOption(Line)

export const encode = ({ dataKeyId, id, requestedAt, subject }: ErasureEntry): string =>
  `${encodeLine({ id, subject, data_key_id: dataKeyId, requested_at: requestedAt })}\n`

const decode = (line: string): Option.Option<ErasureEntry> =>
  Option.map(decodeLine(line), ({ data_key_id, id, requested_at, subject }) => ({
    id,
    subject,
    dataKeyId: data_key_id,
    requestedAt: requested_at
  }))

/** The entries that are whole, each once, and how many lines are not. */
export const decodeAll = (
  text: string
): { readonly entries: ReadonlyArray<ErasureEntry>; readonly damaged: number } => {
  const lines = text.split("\n").filter((line) => line !== "")
  const entries = lines.flatMap((line) => Option.toArray(decode(line)))
  return {
    entries: [...new Map(entries.map((entry) => [entry.id, entry])).values()],
    damaged: lines.length - entries.length
  }
}
