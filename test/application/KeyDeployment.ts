import {
  AdoptKeys,
  Application,
  AuditTrail,
  DataKeyRepository,
  DataKeyRotation,
  KeyCheck,
  KeyManagement,
  KeyRepository,
  ListKeys,
  PromoteKey,
  ReplaceDataKeys,
  RetireKey,
  RewrapDataKeys,
  RotateKeys,
  TokenVault
} from "@oauth-manager/application"
import type { UserScope } from "@oauth-manager/domain"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Context, Duration, Effect, Layer, Redacted, type Scope } from "effect"
import { tokenContext } from "../../packages/application/src/vault/SealingContexts.ts"
import { persistence } from "../contract/Contract.ts"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import * as MemoryPorts from "../fakes/MemoryPorts.ts"
import { anIntegration, aRevocation, aScope, aToken, noPlan } from "../fakes/Samples.ts"
import { faulty, Faults } from "./Faults.ts"
import { randomKey } from "../vault/VaultFixture.ts"

export const [a, b, c] = [randomKey("a"), randomKey("b"), randomKey("c")]

const Storage = Layer.mergeAll(
  faulty(AuditTrail),
  faulty(DataKeyRepository),
  faulty(DataKeyRotation),
  faulty(KeyRepository)
).pipe(Layer.provideMerge(Layer.mergeAll(MemoryPorts.layerPersistence, Faults.layer, NodeCrypto.layer)))
type Storage = Layer.Success<typeof Storage>

const services = Effect.all({
  management: KeyManagement,
  vault: TokenVault,
  check: KeyCheck,
  adopting: AdoptKeys,
  listing: ListKeys,
  promoting: PromoteKey,
  retiring: RetireKey,
  rewrapping: RewrapDataKeys,
  replacing: ReplaceDataKeys,
  rotating: RotateKeys
})

export type Server = Effect.Success<typeof services>

/** Servers that share one storage, each with keys of its own. */
export class KeyDeployment extends Context.Service<
  KeyDeployment,
  {
    readonly serverOf: (management: Layer.Layer<KeyManagement>) => Effect.Effect<Server, never, Scope.Scope>
    readonly server: (...keys: Keyring.KeyEncryptionKeys) => Effect.Effect<Server, never, Scope.Scope>
  }
>()("@oauth-manager/test/application/KeyDeployment") {}

const deployment = Layer.effect(
  KeyDeployment,
  Effect.gen(function* () {
    const storage = Layer.succeedContext(yield* Effect.context<Storage>())
    const serverOf = (management: Layer.Layer<KeyManagement>) =>
      Application.layerKeys.pipe(
        Layer.provideMerge(EnvelopeTokenVault.layer),
        Layer.provideMerge(management),
        Layer.provide(storage),
        Layer.fresh,
        Layer.build,
        Effect.flatMap((context) => Effect.provide(services, context))
      )
    return { serverOf, server: (...keys) => serverOf(Keyring.layer({ keys })) }
  })
)

/** Runs a test in a deployment of its own. */
export const inDeployment = Effect.provide(deployment.pipe(Layer.provideMerge(Storage)), { local: true })

export const server = (...keys: Keyring.KeyEncryptionKeys) => KeyDeployment.use((servers) => servers.server(...keys))

/** A server that has started. */
export const started = Effect.fnUntraced(function* (...keys: Keyring.KeyEncryptionKeys) {
  const running = yield* server(...keys)
  yield* running.adopting.adopt
  return running
})

/** A user whose data key this server made, with a token and a pending revocation; `opens` tells whether they still open. */
export const connect = Effect.fnUntraced(function* ({ vault }: Pick<Server, "vault">, owner: UserScope = aScope()) {
  const { integrations, outbox, tokens, units } = yield* persistence
  const integration = anIntegration(owner)
  const sealed = (field: "access_token" | "refresh_token", generation: number) =>
    vault.seal(tokenContext(integration, field, generation), Redacted.make(`${field} ${generation}`))
  const revocation = yield* units.forUser(
    owner,
    Effect.gen(function* () {
      yield* integrations.insert(owner, integration)
      const token = aToken(integration, {
        accessToken: yield* sealed("access_token", 1),
        refreshToken: yield* Effect.asSome(sealed("refresh_token", 1))
      })
      yield* tokens.put(owner, token, noPlan)
      const pending = {
        ...aRevocation(integration, { generation: 9 }),
        token: yield* sealed("refresh_token", 9),
        accessToken: yield* Effect.asSome(sealed("access_token", 9))
      }
      yield* outbox.add(owner, pending, Duration.hours(1))
      return pending
    })
  )
  return { owner, integration, revocation }
})

export type Connected = Effect.Success<ReturnType<typeof connect>>

export const dataKeyOf = ({ owner }: Pick<Connected, "owner">) =>
  Effect.flatMap(persistence, ({ dataKeys }) => Effect.flatMap(dataKeys.find(owner), Effect.fromOption))

/** Key ids and how many data keys each wraps. */
export const counts = Effect.map(
  Effect.flatMap(persistence, ({ dataKeys }) => dataKeys.countAcrossUsers),
  (map) => Object.fromEntries(map)
)

export const knownKeys = Effect.flatMap(persistence, ({ keys }) => keys.list)

export const primary = Effect.map(knownKeys, (known) => known.find(({ isPrimary }) => isPrimary)?.id)

export const eventsAbout = recordedAbout
