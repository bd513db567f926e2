import type { AuditFault, AuditRange, AuditVerification } from "@oauth-manager/application"
import { Option, Schema } from "effect"
import { version } from "../chain/Chain.ts"
import { StoredEvent } from "../chain/StoredEvent.ts"
import * as CheckpointFile from "../checkpoint/CheckpointFile.ts"
import type { VerificationKey } from "../checkpoint/SigningKey.ts"
import { type ChainLine, ChainVerifier } from "./ChainVerifier.ts"
import { review } from "./CheckpointReview.ts"

const Line = Schema.fromJsonString(
  Schema.Struct({
    version: Schema.Literal(version),
    position: Schema.Number,
    ...StoredEvent.fields,
    hash: Schema.String
  })
)

const decode = Schema.decodeOption(Line, { onExcessProperty: "error" })

export interface Exported {
  /** Lines of JSON of the whole chain, or of a part without gaps. */
  readonly events: string
  readonly checkpoints: string
  readonly keys: ReadonlyArray<VerificationKey>
  readonly range: AuditRange
  readonly limit: number
}

const linesOf = (text: string) => {
  const faults: Array<AuditFault> = []
  const lines: Array<ChainLine> = []
  text.split("\n").forEach((line, index) => {
    if (line === "") return
    const read = decode(line)
    if (Option.isNone(read)) return void faults.push({ kind: "unreadable", line: index + 1 })
    const { hash, position, version: _, ...event } = read.value
    lines.push({ position, sequence: event.sequence, hash: Buffer.from(hash, "base64url"), event })
  })
  return { faults, lines: lines.toSorted((a, b) => a.position - b.position) }
}

/** Verifies an export, with nothing but it, the checkpoints and the public key. */
export const verify = ({ checkpoints, events, keys, limit, range }: Exported): AuditVerification => {
  const { from = 1, to = Number.MAX_SAFE_INTEGER } = range
  const reviewed = review(CheckpointFile.parse(checkpoints), keys)
  const { faults, lines } = linesOf(events)
  const verifier = new ChainVerifier(reviewed.vouched, range, limit)
  for (const fault of [...reviewed.faults, ...faults]) verifier.fault(fault)
  const before = lines.find(({ position }) => position === from - 1)
  if (before !== undefined) verifier.anchor(before.hash)
  for (const line of lines) if (line.position >= from && line.position <= to) verifier.push(line)
  return { ...verifier.finish(), unsealed: 0 }
}
