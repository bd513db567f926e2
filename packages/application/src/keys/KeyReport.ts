import { Context, type DateTime, Effect, Layer, type Option } from "effect"
import { DataKeyRepository } from "../ports/DataKeyRepository.ts"
import { DataKeyRotation } from "../ports/DataKeyRotation.ts"
import { KeyManagement } from "../ports/KeyManagement.ts"
import { KeyRepository } from "../ports/KeyRepository.ts"

/** A key of the deployment, as this server sees it. */
export interface KeyStatus {
  readonly id: string
  readonly isPrimary: boolean
  readonly isHeld: boolean
  readonly addedAt: DateTime.Utc
  readonly promotedAt: Option.Option<DateTime.Utc>
  /** How many data keys it wraps. */
  readonly dataKeys: number
}

export interface RotationProgress {
  readonly dataKeys: number
  readonly wrappedByPrimary: number
  readonly toRewrap: number
  readonly toReplace: number
  /** When the replacement of data keys was asked for last. */
  readonly requestedAt: Option.Option<DateTime.Utc>
}

export interface Keys {
  /** By id. */
  readonly keys: ReadonlyArray<KeyStatus>
  /** Held here, and not the deployment's yet: the start of a server adds them, and so does promoting them. */
  readonly unknown: ReadonlyArray<string>
  readonly rotation: RotationProgress
}

/** What there is to say of the deployment's keys and of their rotation. */
export class KeyReport extends Context.Service<KeyReport>()("@oauth-manager/application/keys/KeyReport", {
  make: Effect.gen(function* () {
    const management = yield* KeyManagement
    const deployment = yield* KeyRepository
    const dataKeys = yield* DataKeyRepository
    const rotation = yield* DataKeyRotation

    const progress = Effect.fnUntraced(function* (keys: ReadonlyArray<KeyStatus>) {
      const total = keys.reduce((sum, key) => sum + key.dataKeys, 0)
      const wrappedByPrimary = keys.find(({ isPrimary }) => isPrimary)?.dataKeys ?? 0
      return {
        dataKeys: total,
        wrappedByPrimary,
        toRewrap: total - wrappedByPrimary,
        toReplace: yield* rotation.remainingAcrossUsers,
        requestedAt: yield* rotation.requestedAt
      } satisfies RotationProgress
    })

    return {
      read: Effect.gen(function* () {
        const held: ReadonlyArray<string> = yield* management.keyIds
        const known = yield* deployment.list
        const retired = yield* deployment.retired
        const used = yield* dataKeys.countAcrossUsers
        const keys = known.map(({ addedAt, id, isPrimary, promotedAt }): KeyStatus => ({
          id,
          isPrimary,
          isHeld: held.includes(id),
          addedAt,
          promotedAt,
          dataKeys: used.get(id) ?? 0
        }))
        const unknown = held.filter((id) => !retired.includes(id) && known.every((key) => key.id !== id))
        return { keys, unknown, rotation: yield* progress(keys) } satisfies Keys
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
