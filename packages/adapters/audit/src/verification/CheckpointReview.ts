import type { AuditFault } from "@oauth-manager/application"
import { Option } from "effect"
import * as Checkpoint from "../checkpoint/Checkpoint.ts"
import type { FileLine } from "../checkpoint/CheckpointFile.ts"
import type { VerificationKey } from "../checkpoint/SigningKey.ts"
import type { Vouched } from "./ChainVerifier.ts"

/** What the checkpoints vouch for, each once, and what is wrong with them. */
export const review = (
  lines: ReadonlyArray<FileLine>,
  keys: ReadonlyArray<VerificationKey>
): { readonly vouched: ReadonlyArray<Vouched>; readonly faults: ReadonlyArray<AuditFault> } => {
  const vouched = new Map<string, Vouched>()
  const faults: Array<AuditFault> = []
  for (const { checkpoint, number } of lines) {
    const at = number === 0 ? {} : { line: number }
    if (Option.isNone(checkpoint)) faults.push({ kind: "unreadable", ...at })
    else {
      const { hash, position } = checkpoint.value
      const judgement = Checkpoint.judge(checkpoint.value, keys)
      if (judgement === "good")
        vouched.set(`${position} ${hash}`, { position, hash: Checkpoint.hashOf(checkpoint.value) })
      else faults.push({ kind: judgement, position, ...at })
    }
  }
  return { vouched: [...vouched.values()], faults }
}
