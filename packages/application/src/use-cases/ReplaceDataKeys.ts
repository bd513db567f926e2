import type { UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option, Random } from "effect"
import type { OwnedDataKey } from "../ports/DataKeyRepository.ts"
import { DataKeyRotation, type StoredSecret } from "../ports/DataKeyRotation.ts"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"

const batch = 100

/** A pass that has met so many in vain ends: what ails them ails others. */
const patience = 1000

/** What one pass came to. `failed`: a secret of the user does not open; the others wait for another pass. */
export interface Replaced {
  readonly replaced: number
  readonly failed: number
}

type Outcome = "replaced" | "left" | "failed"

/**
 * Gives users new data keys, where that was asked for, and seals what they have anew: one user in one unit of work, so that it can be
 * broken off at any point. Readers are not held up; who seals waits for the end of that user's unit.
 */
export class ReplaceDataKeys extends Context.Service<ReplaceDataKeys>()(
  "@oauth-manager/application/use-cases/ReplaceDataKeys",
  {
    make: Effect.gen(function* () {
      const rotation = yield* DataKeyRotation
      const management = yield* KeyManagement
      const vault = yield* TokenVault
      const units = yield* UnitOfWork

      const replaceFor = Effect.fnUntraced(function* (owner: UserScope) {
        const taken = yield* rotation.take(owner)
        if (Option.isNone(taken)) return "left" as const
        const { dataKey: before, secrets } = taken.value
        const after = yield* vault.makeDataKey(owner)
        const sealedAnew = yield* Effect.forEach(
          secrets,
          Effect.fnUntraced(function* (secret) {
            const plaintext = yield* vault.open(secret.context, secret.sealed, before)
            return { ...secret, sealed: yield* vault.seal(secret.context, plaintext, after) } satisfies StoredSecret
          })
        )
        yield* rotation.replace(owner, after, sealedAnew)
        return "replaced" as const
      })

      const attempt = ({ dataKey, owner }: OwnedDataKey) =>
        units.forUser(owner, replaceFor(owner)).pipe(
          Effect.catchTag("VaultFailed", ({ reason }) =>
            Effect.as(Effect.logError(`the data key ${dataKey.id} cannot be replaced: ${reason}`), "failed" as const)
          ),
          Effect.map((outcome: Outcome) => ({ id: dataKey.id, outcome }))
        )

      return {
        /** `report` is given the number that are done so far, after every hundred. */
        pass: Effect.fn("ReplaceDataKeys.pass")(function* (
          report: (replaced: number) => Effect.Effect<void> = () => Effect.void
        ) {
          const except: Array<string> = []
          let [replaced, failed] = [0, 0]
          while (except.length < patience) {
            const due = yield* rotation.findDueAcrossUsers({ limit: batch, keyIds: yield* management.keyIds, except })
            if (due.length === 0) break
            // Servers that work on the same batch begin elsewhere, so as not to wait for each other
            const outcomes = yield* Effect.forEach(yield* Random.shuffle(due), attempt, { concurrency: 4 })
            for (const { id, outcome } of outcomes) {
              if (outcome === "replaced") replaced++
              else except.push(id)
              if (outcome === "failed") failed++
            }
            yield* report(replaced)
          }
          return { replaced, failed } satisfies Replaced
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
