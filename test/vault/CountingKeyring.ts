import { KeyManagement } from "@oauth-manager/application"
import { Keyring } from "@oauth-manager/vault"
import { Effect, Layer } from "effect"
import { randomKey } from "./VaultFixture.ts"

/** The keyring, counting how often it unwraps, and waiting for the gate where one is given. */
export const counting = (gate: Effect.Effect<void> = Effect.void) => {
  const counter = { unwraps: 0 }
  const layer = Layer.effect(
    KeyManagement,
    Effect.map(KeyManagement, (keys) => ({
      ...keys,
      unwrap: (row, place) =>
        Effect.suspend(() => {
          counter.unwraps++
          return Effect.andThen(gate, keys.unwrap(row, place))
        })
    }))
  ).pipe(Layer.provide(Keyring.layer({ keys: [randomKey()] })))
  return { counter, layer }
}
