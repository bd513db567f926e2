import { Context, Effect, Layer, Option, Result } from "effect"
import { DataKeyRepository } from "../ports/DataKeyRepository.ts"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { type DeploymentKey, KeyRepository } from "../ports/KeyRepository.ts"
import { primaryOf } from "./WrappingKey.ts"

/** A key that this server lacks, and how many data keys nothing else unwraps. */
export interface MissingKey {
  readonly keyId: string
  readonly dataKeys: number
}

/** How this server's keys and the deployment's fit together. */
export interface KeyFindings {
  /** The ids of this server's keys, in their order. */
  readonly held: ReadonlyArray<string>
  readonly known: ReadonlyArray<DeploymentKey>
  /** Held here, but another key than the deployment's of the same id. */
  readonly impostors: ReadonlyArray<string>
  readonly missing: ReadonlyArray<MissingKey>
  /** Held here, though the deployment retired them. */
  readonly retired: ReadonlyArray<string>
  /** This server's first key, where the deployment promoted another after it. */
  readonly overtaken: Option.Option<{ readonly first: string; readonly primary: string }>
}

/** As many data keys must fail before a key without a canary is taken for another: a single one may be damaged. */
const sample = 10

const overtakenOf = (held: ReadonlyArray<string>, known: ReadonlyArray<DeploymentKey>): KeyFindings["overtaken"] =>
  Option.flatMap(primaryOf(known), ({ id: primary }) => {
    const first = known.find(({ id }) => id === held[0])
    return first === undefined || Option.isNone(first.promotedAt) || first.isPrimary
      ? Option.none()
      : Option.some({ first: first.id, primary })
  })

/** Compares this server's keys with the deployment's; it looks, and changes nothing. */
export class KeyCheck extends Context.Service<KeyCheck>()("@oauth-manager/application/keys/KeyCheck", {
  make: Effect.gen(function* () {
    const management = yield* KeyManagement
    const deployment = yield* KeyRepository
    const dataKeys = yield* DataKeyRepository

    const opensCanary = (keyId: string, wrapped: Uint8Array) =>
      Effect.map(Effect.result(management.unwrap({ keyId, wrapped }, { purpose: "canary" })), Result.isSuccess)

    const opensDataKeys = Effect.fnUntraced(function* (keyId: string) {
      const found = yield* dataKeys.findUnderAcrossUsers(keyId, sample)
      const opened = yield* Effect.forEach(found, ({ dataKey, owner }) =>
        Effect.result(management.unwrap(dataKey, { purpose: "data_key", owner, dataKeyId: dataKey.id }))
      )
      return opened.length === 0 || opened.some(Result.isSuccess)
    })

    const isGenuine = ({ canary, id }: DeploymentKey) =>
      Option.match(canary, { onNone: () => opensDataKeys(id), onSome: (wrapped) => opensCanary(id, wrapped) })

    return {
      opensCanary,
      look: Effect.gen(function* () {
        const held: ReadonlyArray<string> = yield* management.keyIds
        const known = yield* deployment.list
        const retired = yield* deployment.retired
        const used = yield* dataKeys.countAcrossUsers
        const genuine = yield* Effect.filter(
          known.filter(({ id }) => held.includes(id)),
          isGenuine
        )
        return {
          held,
          known,
          impostors: held.filter((id) => known.some((key) => key.id === id) && genuine.every((key) => key.id !== id)),
          missing: [...used].flatMap(([keyId, count]) => (held.includes(keyId) ? [] : [{ keyId, dataKeys: count }])),
          retired: held.filter((id) => retired.includes(id)),
          overtaken: overtakenOf(held, known)
        } satisfies KeyFindings
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
