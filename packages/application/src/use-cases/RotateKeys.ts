import type { Caller } from "@oauth-manager/domain"
import { Cause, Context, Effect, FiberHandle, Layer, Option, Semaphore } from "effect"
import { requirePermission } from "../access/Access.ts"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { KeyReport } from "../keys/KeyReport.ts"
import { primaryOf, wrappingKeyOf } from "../keys/WrappingKey.ts"
import { DataKeyRotation } from "../ports/DataKeyRotation.ts"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { KeyRepository } from "../ports/KeyRepository.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { AdoptKeys } from "./AdoptKeys.ts"
import { ReplaceDataKeys } from "./ReplaceDataKeys.ts"
import { RewrapDataKeys } from "./RewrapDataKeys.ts"

/** Which keys are rotated: what the primary does not wrap yet is always rewrapped; the data keys are replaced where it is asked for. */
export interface KeyRotation {
  readonly dataKeys: boolean
}

export class RotateKeys extends Context.Service<RotateKeys>()("@oauth-manager/application/use-cases/RotateKeys", {
  make: Effect.gen(function* () {
    const management = yield* KeyManagement
    const deployment = yield* KeyRepository
    const rotation = yield* DataKeyRotation
    const units = yield* UnitOfWork
    const chronicle = yield* Chronicle
    const journal = yield* Journal
    const adopting = yield* AdoptKeys
    const rewrapping = yield* RewrapDataKeys
    const replacing = yield* ReplaceDataKeys
    const report = yield* KeyReport
    const running = Semaphore.makeUnsafe(1)
    const handle = yield* FiberHandle.make<void>()

    /** Others rewrap what there is under it, which this server then cannot read any more. */
    const reportMissingPrimary = Effect.gen(function* () {
      const held: ReadonlyArray<string> = yield* management.keyIds
      const primary = primaryOf(yield* deployment.list)
      if (Option.isSome(primary) && !held.includes(primary.value.id)) {
        yield* Effect.logError(
          `this server lacks ${primary.value.id}, the deployment's primary key: it cannot read what other servers wrap under it`
        )
      }
    })

    const work = Effect.gen(function* () {
      yield* adopting.adoptChanges.pipe(
        Effect.catchTag("KeysRefused", ({ impostors, missing }) =>
          Effect.logError(
            `this server's keys have changed and do not fit the deployment's: other keys than the deployment's: `
              + `${impostors.join(", ") || "none"}; missing: ${missing.map(({ keyId }) => keyId).join(", ") || "none"}`
          )
        )
      )
      yield* reportMissingPrimary
      const { rewrapped } = yield* rewrapping.pass()
      const { replaced } = yield* replacing.pass()
      if (rewrapped + replaced > 0) yield* Effect.logInfo(`rewrapped ${rewrapped} data keys, replaced ${replaced}`)
    })

    /** One at a time: what another request asks for meanwhile is left to the next pass. */
    const pass = Effect.asVoid(running.withPermitsIfAvailable(1)(work))

    const keyId = Effect.gen(function* () {
      const held = yield* management.keyIds
      return Option.getOrElse(wrappingKeyOf(yield* deployment.list, held), () => held[0])
    })

    return {
      /** What is left of a rotation, done in the background by every server. */
      pass,
      /** Asks for a rotation, and begins with it at once on this server. */
      request: Effect.fn("RotateKeys.request")(function* (caller: Caller, { dataKeys }: KeyRotation) {
        yield* requirePermission(caller, "keys:write")
        const event = yield* journal.byCaller(caller, caller.scope, {
          action: "key.rotation_requested",
          object: { type: "key", id: yield* keyId },
          outcome: "success",
          reason: dataKeys ? "data_keys" : "rewrap"
        })
        yield* units.forUser(
          caller.scope,
          Effect.andThen(dataKeys ? rotation.request : Effect.void, chronicle.record(event))
        )
        const { rotation: progress } = yield* report.read
        yield* FiberHandle.run(
          handle,
          Effect.catchCause(pass, (cause) =>
            Effect.logWarning("the rotation of keys failed; it is tried again", Cause.pretty(cause))
          ),
          { onlyIfMissing: true }
        )
        return progress
      }),
      /** As `request`, for the operator at the command line, who does the passes there and then. */
      requestForOperator: ({ dataKeys }: KeyRotation) => (dataKeys ? rotation.request : Effect.void)
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
