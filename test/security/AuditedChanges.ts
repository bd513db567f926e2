import {
  AnnounceExpiry,
  DisconnectIntegration,
  ExportAuditTrail,
  ExportUser,
  ListAuditEvents,
  ListConsents,
  ProviderUnavailable,
  PutScopePolicy,
  RetryRevocations,
  RotateKeys,
  VerifyAuditTrail,
  WithdrawConsent
} from "@oauth-manager/application"
import { type AuditAction, ScopePolicy } from "@oauth-manager/domain"
import { Effect, type Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { advanceDue, erase } from "../application/Erasing.ts"
import {
  ada,
  anAnswer,
  authorize,
  bob,
  byAda,
  byAdmin,
  byBob,
  comeBack,
  complete,
  connect,
  start
} from "../application/Journey.ts"
import { activate, deactivate } from "../application/Product.ts"
import { providers, variant } from "../application/Providers.ts"
import { accountOf, confirmed, connectFor, mail, videos } from "../application/SharedGrant.ts"
import { layerOf } from "../application/TestApplication.ts"
import { disconnect, read, refresh, refreshesTo } from "../application/Tokens.ts"
import { connectAMonthAgo, identifiesAs, loaded, verifyDue } from "../application/Verification.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"

const week = { code: "week", since: "authorization", seconds: 7 * 24 * 60 * 60, text: "It dies after a week." } as const

const mortal = variant("mortal", { refreshTokens: { rotation: "static", lifetimes: [week] } })

export const applicationLayer = layerOf([...providers, ...loaded(), mail, videos, mortal])

type Application = Layer.Success<typeof applicationLayer>

export interface Change {
  /** Where in the application its event is recorded. */
  readonly site: string
  /** The first event it writes. */
  readonly action: AuditAction
  /** Nobody hears of a failure but the log. */
  readonly isInBackground?: boolean
  readonly prepare: Effect.Effect<Effect.Effect<unknown, unknown, Application>, unknown, Application>
}

const disconnecting = { confirmsShared: false }
const page = { limit: 1, before: Option.none() }

const change = (site: string, action: AuditAction, prepare: Change["prepare"], isInBackground = false): Change => ({
  site,
  action,
  prepare,
  isInBackground
})

/** Nothing has to be there before. */
const at = (site: string, action: AuditAction, attempt: Effect.Effect<unknown, unknown, Application>): Change =>
  change(site, action, Effect.as(connect(), attempt))

const down = Effect.fail(
  new ProviderUnavailable({ provider: "sandbox", reason: "unreachable", retryAfter: Option.none() })
)

const whileProviderIsDown = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { revoke } = yield* ScriptedOAuthClient
    yield* revoke.always(() => down)
    const done = yield* work
    yield* revoke.always(() => Effect.succeed("revoked"))
    return done
  })

/** What changes something or gives it away: each is prepared, and answers what is then tried. */
export const changes: Readonly<Record<string, Change>> = {
  "begin an authorization": at("use-cases/StartAuthorization", "authorization.started", start()),
  "come back from the provider": change(
    "use-cases/ReceiveCallback",
    "authorization.authorized",
    Effect.map(start(), (started) => comeBack(started))
  ),
  "complete an authorization": change(
    "grants/GrantStore",
    "authorization.completed",
    Effect.gen(function* () {
      const authorized = yield* authorize()
      const { exchange } = yield* ScriptedOAuthClient
      yield* exchange.next(Effect.succeed(anAnswer()))
      return complete(authorized)
    })
  ),
  "complete another's authorization": change(
    "use-cases/CompleteAuthorization",
    "authorization.completion_refused",
    Effect.map(authorize(), (authorized) => complete(authorized, byBob, bob))
  ),
  "read a token": change(
    "refresh/TokenRelease",
    "token.released",
    Effect.map(connect(), (integration) => read(integration))
  ),
  "refresh a token": change(
    "refresh/RefreshCommit",
    "token.refreshed",
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* refreshesTo({})
      return refresh(integration)
    })
  ),
  disconnect: change(
    "use-cases/DisconnectIntegration",
    "integration.disconnecting",
    Effect.map(connect(), ({ id }) =>
      DisconnectIntegration.use((useCase) => useCase.disconnect(byAda, ada, id, disconnecting))
    )
  ),
  "disconnect what shares its grant": change(
    "use-cases/DisconnectIntegration",
    "integration.reauthorization_required",
    Effect.gen(function* () {
      const integration = yield* connectFor("ada", "mail")
      yield* connectFor("ada", "videos", { account: accountOf("ada") })
      return disconnect(integration, byAda, ada, confirmed)
    })
  ),
  "revoke what could not be revoked before": change(
    "disconnect/Revoker",
    "integration.disconnected",
    Effect.gen(function* () {
      const integration = yield* connect()
      yield* whileProviderIsDown(disconnect(integration))
      yield* TestClock.adjust("1 hour")
      return RetryRevocations.use((useCase) => useCase.retryDue())
    })
  ),
  "withdraw a consent": change(
    "use-cases/WithdrawConsent",
    "integration.disconnecting",
    Effect.gen(function* () {
      yield* connect()
      const [consent] = yield* ListConsents.use((useCase) =>
        useCase.list(byAda, ada, { limit: 1, after: Option.none() })
      )
      if (consent === undefined) return yield* Effect.die("no consent")
      return WithdrawConsent.use((useCase) => useCase.withdraw(byAda, ada, consent.id, disconnecting))
    })
  ),
  "activate a feature": at("features/FeatureSwitch", "consent.granted", activate("sandbox.notes.read")),
  "deactivate a feature": change(
    "features/FeatureSwitch",
    "feature.deactivated",
    Effect.gen(function* () {
      yield* connect()
      yield* activate("sandbox.notes.read")
      return deactivate("sandbox.notes.read")
    })
  ),
  "begin an erasure": at("erasure/ErasureStart", "user.erasure_requested", erase()),
  "end an erasure": change(
    "erasure/ErasureEnd",
    "user.erased",
    Effect.gen(function* () {
      yield* connect()
      yield* whileProviderIsDown(erase())
      yield* TestClock.adjust("25 hours")
      return advanceDue
    }),
    true
  ),
  "export a user": at(
    "use-cases/ExportUser",
    "user.exported",
    ExportUser.use((useCase) => useCase.export(byAda, ada, Option.none()))
  ),
  "read the trail": at(
    "use-cases/ListAuditEvents",
    "audit.read",
    ListAuditEvents.use((useCase) => useCase.ofTenant(byAdmin, Option.none(), {}, page))
  ),
  "export the trail": at(
    "use-cases/ExportAuditTrail",
    "audit.exported",
    ExportAuditTrail.use((useCase) => useCase.ofTenant(byAdmin, {}))
  ),
  "have the trail verified": at(
    "use-cases/VerifyAuditTrail",
    "audit.verified",
    VerifyAuditTrail.use((useCase) => useCase.verify(byAdmin))
  ),
  "rotate keys": at(
    "use-cases/RotateKeys",
    "key.rotation_requested",
    RotateKeys.use((useCase) => useCase.request(byAdmin, { dataKeys: true }))
  ),
  "change a policy": at(
    "use-cases/PutScopePolicy",
    "policy.changed",
    PutScopePolicy.use((useCase) =>
      useCase.put(byAdmin, { provider: "sandbox", policy: ScopePolicy.make({ denied: [] }), after: Option.none() })
    )
  ),
  "announce that a grant will end": change(
    "use-cases/AnnounceExpiry",
    "integration.expiry_announced",
    Effect.gen(function* () {
      yield* connect({}, { provider: "mortal" })
      yield* TestClock.adjust("5 days")
      return AnnounceExpiry.use((useCase) => useCase.announceDue())
    })
  ),
  "verify an authorization": change(
    "use-cases/ReverifyIntegrations",
    "integration.verified",
    Effect.gen(function* () {
      const { account } = yield* connectAMonthAgo({ refreshToken: Option.none(), expiresIn: Option.none() })
      yield* identifiesAs(Option.some(account))
      return verifyDue
    }),
    true
  )
}
