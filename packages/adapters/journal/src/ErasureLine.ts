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

export interface Decoded {
  /** Those that are whole, each once. */
  readonly entries: ReadonlyMap<ErasureId, ErasureEntry>
  /** How many lines are not. */
  readonly damaged: number
}

/** What the lines add to those that were decoded before. */
export const decodeOn = (before: Decoded, text: string): Decoded => {
  const lines = text.split("\n").filter((line) => line !== "")
  if (lines.length === 0) return before
  const added = lines.flatMap((line) => Option.toArray(decode(line)))
  return {
    entries: new Map([...before.entries, ...added.map((entry) => [entry.id, entry] as const)]),
    damaged: before.damaged + lines.length - added.length
  }
}
