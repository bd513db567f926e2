import { NodeRuntime } from "@effect/platform-node"
import {
  AdoptKeys,
  Application,
  DataKeyRepository,
  IntegrationRepository,
  KeyManagement,
  ReplaceDataKeys,
  RewrapDataKeys,
  TokenRepository,
  TokenVault,
  UnitOfWork
} from "@oauth-manager/application"
import { PostgresAuditTrail } from "@oauth-manager/audit"
import type { Integration } from "@oauth-manager/domain"
import { Database, PostgresPorts, PostgresRefreshSignals } from "@oauth-manager/postgres"
import { EnvelopeTokenVault, KeyringWatch } from "@oauth-manager/vault"
import { Effect, Layer, Option, Random, Redacted, Schedule } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { tokenContext } from "../../packages/application/src/vault/SealingContexts.ts"
import { anIntegration, aScope, aToken, noPlan } from "../fakes/Samples.ts"
import type { KeyWorkerReport, KeyWorkerSettings } from "./KeyWorkerProtocol.ts"

const settings: KeyWorkerSettings = JSON.parse(process.env["WORKER"] ?? "")
const url = Redacted.make(settings.databaseUrl)

/** The keys, the vault and the storage as a server has them; only it looks at its keyring more often. */
const Service = Application.layerKeys.pipe(
  Layer.provideMerge(EnvelopeTokenVault.layer),
  Layer.provideMerge(KeyringWatch.layer(settings.keyring, { lookEvery: "100 millis" })),
  Layer.provideMerge(PostgresAuditTrail.layer),
  Layer.provideMerge(PostgresPorts.layer),
  Layer.provideMerge(PostgresRefreshSignals.layer({ url })),
  Layer.provideMerge(Database.layer({ url, maxConnections: 6 })),
  Layer.provideMerge(Layer.merge(SecureRandom.layerWebCrypto, Digest.layerWebCrypto))
)

const main = Effect.gen(function* () {
  const management = yield* KeyManagement
  const vault = yield* TokenVault
  const tokens = yield* TokenRepository
  const integrations = yield* IntegrationRepository
  const dataKeys = yield* DataKeyRepository
  const units = yield* UnitOfWork
  const adopting = yield* AdoptKeys
  const rewrapping = yield* RewrapDataKeys
  const replacing = yield* ReplaceDataKeys
  yield* adopting.adopt

  const users: Array<Integration> = []
  const failures: Array<string> = []
  const counts = { reads: 0, seals: 0, replaced: 0 }

  const attempt = <A, E>(what: string, work: Effect.Effect<A, E>) =>
    Effect.catchCause(work, (cause) => Effect.sync(() => void failures.push(`${what}: ${cause.reasons.join(" ")}`)))

  /** Stores a token as a refresh does; the first of a user makes the data key. */
  const seal = Effect.fnUntraced(function* (integration: Integration) {
    const { id, owner } = integration
    yield* units.forUser(
      owner,
      Effect.gen(function* () {
        yield* integrations.findForUpdate(owner, id)
        const held = yield* tokens.find(owner, id)
        const generation = 1 + Option.match(held, { onNone: () => 0, onSome: (token) => token.generation })
        const context = tokenContext(integration, "access_token", generation)
        const accessToken = yield* vault.seal(context, Redacted.make(`token ${generation}`))
        yield* tokens.put(owner, aToken(integration, { generation, accessToken, refreshToken: Option.none() }), noPlan)
      })
    )
    counts.seals++
  })

  const connect = Effect.gen(function* () {
    const integration = anIntegration(aScope())
    yield* integrations.insert(integration.owner, integration)
    yield* seal(integration)
    users.push(integration)
  })

  /** As a release; but the data key is unwrapped each time, so that no cache hides a key that is missing. */
  const read = Effect.fnUntraced(function* (integration: Integration) {
    const { id, owner } = integration
    const { dataKey, token } = Option.getOrThrow(
      Option.flatMap(yield* tokens.read(owner, id), (reading) => reading.token)
    )
    yield* management.unwrap(dataKey, { purpose: "data_key", owner, dataKeyId: dataKey.id })
    const context = tokenContext(integration, "access_token", token.generation)
    const opened = Redacted.value(yield* vault.open(context, token.accessToken, dataKey))
    if (opened !== `token ${token.generation}`) failures.push("another token was read")
    counts.reads++
  })

  const onSomeone = (work: (integration: Integration) => Effect.Effect<void, unknown>) =>
    Effect.flatMap(Random.nextIntBetween(0, users.length), (index) => {
      const user = users[index]
      return user === undefined ? Effect.void : work(user)
    })

  const pass = Effect.gen(function* () {
    yield* adopting.adoptChanges
    yield* rewrapping.pass()
    counts.replaced += (yield* replacing.pass()).replaced
  })

  const report = Effect.gen(function* () {
    const message: KeyWorkerReport = { keyIds: yield* management.keyIds, ...counts, failures }
    process.send?.(message)
  })

  const again = (what: string, every: number, work: Effect.Effect<void, unknown>) =>
    attempt(what, work).pipe(Effect.repeat(Schedule.spaced(every)), Effect.forkScoped)

  yield* Effect.forEach(Array.from({ length: 5 }), () => attempt("connect", connect))
  process.on("disconnect", () => process.exit(0))
  yield* again("read", 1, onSomeone(read))
  yield* again("read", 1, onSomeone(read))
  yield* again("seal", 20, onSomeone(seal))
  yield* again("connect", 200, connect)
  yield* again("pass", 100, pass)
  yield* again("report", 50, report)
  yield* dataKeys.countAcrossUsers
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(main), Service))
