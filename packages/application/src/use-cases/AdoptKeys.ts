import { Context, Data, Effect, Layer, Option, Redacted, Ref } from "effect"
import { SecureRandom } from "effect/crypto"
import { KeyCheck, type KeyFindings, type MissingKey } from "../keys/KeyCheck.ts"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { KeyRepository } from "../ports/KeyRepository.ts"

/** A server with these keys must not serve: it could not read what is stored, or nobody else what it writes. */
export class KeysRefused extends Data.TaggedError("KeysRefused")<{
  readonly impostors: ReadonlyArray<string>
  readonly missing: ReadonlyArray<MissingKey>
  /** Where it holds no others. */
  readonly retired: ReadonlyArray<string>
}> {}

/** Why a server with these keys must not start, if it must not. */
export const keyRefusal = ({ held, impostors, missing, retired }: KeyFindings): Option.Option<KeysRefused> => {
  const allRetired = held.every((id) => retired.includes(id)) ? retired : []
  return impostors.length + missing.length + allRetired.length === 0
    ? Option.none()
    : Option.some(new KeysRefused({ impostors, missing, retired: allRetired }))
}

/** Makes a server's keys the deployment's, once it is seen that they fit what is stored. */
export class AdoptKeys extends Context.Service<AdoptKeys>()("@oauth-manager/application/use-cases/AdoptKeys", {
  make: Effect.gen(function* () {
    const management = yield* KeyManagement
    const deployment = yield* KeyRepository
    const check = yield* KeyCheck
    const random = yield* SecureRandom.SecureRandom
    const adopted = yield* Ref.make<ReadonlyArray<string>>([])

    /** Another server may have registered another key of the same id meanwhile. */
    const registerOne = Effect.fnUntraced(function* (keyId: string) {
      const bytes = Redacted.make(yield* random.randomBytes(32))
      const { wrapped } = yield* management.wrap(bytes, { purpose: "canary" }, keyId)
      const stored = yield* deployment.register(keyId, wrapped)
      const isOurs = Option.isNone(stored) || (yield* check.opensCanary(keyId, stored.value))
      if (!isOurs) return yield* new KeysRefused({ impostors: [keyId], missing: [], retired: [] })
    })

    const isChecked = ({ known }: KeyFindings, keyId: string): boolean =>
      known.some(({ canary, id }) => id === keyId && Option.isSome(canary))

    const register = Effect.gen(function* () {
      const findings = yield* check.look
      const refusal = keyRefusal(findings)
      if (Option.isSome(refusal)) return yield* refusal.value
      const usable = findings.held.filter((id) => !findings.retired.includes(id))
      for (const id of usable) if (!isChecked(findings, id)) yield* registerOne(id)
      return { ...findings, usable }
    })

    const adopt = Effect.gen(function* () {
      const { held, overtaken, retired, usable } = yield* register
      for (const id of retired) yield* Effect.logWarning(`the key ${id} was retired: take it out of this server's keys`)
      const [first] = usable
      if (first !== undefined && (yield* deployment.promoteNew(first))) {
        yield* Effect.logInfo(`the key ${first} is the deployment's primary from now on`)
      }
      if (Option.isSome(overtaken)) {
        const { first, primary } = overtaken.value
        yield* Effect.logWarning(
          `this server's first key is ${first}, but ${primary} was promoted after it and wraps what is new: `
            + `put ${primary} first, or say "keys promote ${first}"`
        )
      }
      yield* Ref.set(adopted, held)
    })

    return {
      /** Adds this server's keys to those of the deployment. */
      register: Effect.asVoid(register),
      /** For the start of a server, before it writes anything: a first key that never was the primary becomes it. */
      adopt,
      /** For a server that runs: what it holds may have changed. */
      adoptChanges: Effect.gen(function* () {
        const held = yield* management.keyIds
        if (held.join() !== (yield* Ref.get(adopted)).join()) yield* adopt
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
