import { Freshness, type Integration, Integrations, type ProblemCode } from "@oauth-manager/domain"
import { Context, DateTime, Duration, Effect, Layer, Option, Result } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { type Entry, Journal } from "../access/Journal.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry, type RegisteredProvider } from "../ports/ProviderRegistry.ts"
import { TokenRepository } from "../ports/TokenRepository.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { TokenRefresher } from "../refresh/TokenRefresher.ts"
import { requireUsable } from "../refresh/UsableReading.ts"
import { tokenContext } from "../vault/SealingContexts.ts"

const batch = 20

/** Until when nobody else tries one that was taken; a provider that cannot be asked now is asked again then. */
const lease = Duration.hours(1)

/** When to look again, at the latest, at what ails an integration: its user may mend it at the provider. */
const untilMended = Duration.days(1)

/** What a look at the provider came to: all is well, or a problem, which ends the integration or does not. */
type Finding = { readonly _tag: "Stands" } | { readonly _tag: "Ails" | "Ended"; readonly code: ProblemCode }

/**
 * Makes sure, as often as a provider's terms ask for, that authorizations still stand: a token is renewed, and the provider
 * is asked whose it is. What cannot be asked now is asked again an hour later.
 */
export class ReverifyIntegrations extends Context.Service<ReverifyIntegrations>()(
  "@oauth-manager/application/use-cases/ReverifyIntegrations",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const oauth = yield* OAuthClient
      const vault = yield* TokenVault
      const units = yield* UnitOfWork
      const integrations = yield* IntegrationRepository
      const tokens = yield* TokenRepository
      const refresher = yield* TokenRefresher
      const chronicle = yield* Chronicle
      const journal = yield* Journal

      /** An access token that the provider gives for the grant now; one that cannot be renewed is as good as it is. */
      const freshToken = Effect.fnUntraced(function* ({ id, owner }: Integration) {
        const found = yield* tokens.read(owner, id)
        const held = yield* requireUsable(id, yield* Effect.fromOption(found))
        const { token } = held.token.value
        const isToRenew = Option.isSome(token.refreshToken) || Freshness.hasExpired(token, yield* DateTime.now)
        const reading = isToRenew
          ? yield* refresher.refreshPast("background", owner, id, token.generation, { patient: true })
          : held
        const { dataKey, token: renewed } = reading.token.value
        const context = tokenContext({ owner, id }, "access_token", renewed.generation)
        return yield* vault.open(context, renewed.accessToken, dataKey)
      })

      const look = Effect.fnUntraced(function* (integration: Integration, registered: RegisteredProvider) {
        const accessToken = yield* freshToken(integration)
        return yield* oauth.identify(registered, accessToken).pipe(
          Effect.map((account): Finding =>
            Option.exists(account, ({ id }) => id !== integration.account.id)
              ? { _tag: "Ended", code: "grant_revoked" }
              : { _tag: "Stands" }
          ),
          Effect.catchTags({
            AccountSetupRequired: () => Effect.succeed<Finding>({ _tag: "Ails", code: "account_setup_required" }),
            GrantRefused: () => Effect.succeed<Finding>({ _tag: "Ended", code: "grant_revoked" })
          })
        )
      })

      const entryOf = (finding: Finding): Pick<Entry, "action" | "outcome" | "reason"> => {
        switch (finding._tag) {
          case "Stands":
            return { action: "integration.verified", outcome: "success" }
          case "Ails":
            return { action: "integration.problem_noted", outcome: "failure", reason: finding.code }
          case "Ended":
            return { action: "integration.reauthorization_required", outcome: "failure", reason: finding.code }
        }
      }

      const apply = (integration: Integration, finding: Finding, since: DateTime.Utc): Integration => {
        switch (finding._tag) {
          case "Stands":
            return Integrations.recover(integration)
          case "Ails":
            return Integrations.note(integration, { code: finding.code, since })
          case "Ended":
            return Result.getOrThrow(Integrations.requireReauthorization(integration, { code: finding.code, since }))
        }
      }

      /** Nothing is known of a grant that the user has given meanwhile, which is verified in its own time. */
      const store = Effect.fnUntraced(function* (
        { authorizations, id, owner }: Integration,
        finding: Finding,
        every: Duration.Duration
      ) {
        const found = yield* integrations.findForUpdate(owner, id)
        const current = Option.filter(found, (now) => now.status === "active" && now.authorizations === authorizations)
        if (Option.isNone(current)) return
        const now = yield* DateTime.now
        const next = apply(current.value, finding, now)
        const wait = finding._tag === "Ails" ? Duration.min(every, untilMended) : every
        yield* integrations.update(owner, { ...next, reverifyAt: Option.some(DateTime.addDuration(now, wait)) })
        const object = { type: "integration", id } as const
        yield* chronicle.record(yield* journal.by("background", owner, { ...entryOf(finding), object }))
      })

      const verify = Effect.fnUntraced(function* (integration: Integration) {
        const registered = yield* registry.get(integration.provider)
        const { reverifyEvery } = registered.definition
        if (reverifyEvery === undefined) return
        const finding = yield* look(integration, registered)
        yield* units.forUser(integration.owner, store(integration, finding, Duration.seconds(reverifyEvery)))
      })

      /** One that comes to a defect must not keep the others, with which it would be due again, from their turn. */
      const verifyAlone = (integration: Integration) =>
        Effect.ignoreCause(Effect.ignore(verify(integration)), {
          log: "Warn",
          message: "an integration could not be verified"
        })

      return {
        /** Takes what is due, which no other server does meanwhile, and answers how many that were. */
        verifyDue: Effect.fn("ReverifyIntegrations.verifyDue")(function* () {
          const due = yield* integrations.claimUnverifiedAcrossUsers(batch, lease)
          yield* Effect.forEach(due, verifyAlone, { concurrency: 4, discard: true })
          return due.length
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
