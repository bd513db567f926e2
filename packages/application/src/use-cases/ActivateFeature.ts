import {
  type AlternativeReport,
  type Caller,
  type Feature,
  type FeatureId,
  type FeatureReport,
  Features,
  type Integration,
  type IntegrationId,
  Integrations,
  type PartReport,
  type ProviderId,
  type ShownText,
  type UserScope
} from "@oauth-manager/domain"
import { Context, Data, Effect, Layer, Option } from "effect"
import type { Digest } from "effect/crypto"
import { NotFound, requireAccess } from "../access/Access.ts"
import { Disconnected } from "../access/Disconnected.ts"
import { FeatureOverview } from "../features/FeatureOverview.ts"
import { FeatureSwitch } from "../features/FeatureSwitch.ts"
import type { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { IntegrationRepository } from "../ports/IntegrationRepository.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { versionOf } from "./GetConsentText.ts"
import {
  ConsentTextOutdated,
  FeatureNotAllowed,
  ProviderNotConfigured,
  StartAuthorization
} from "./StartAuthorization.ts"

/** Several providers could serve the feature, and none was named. */
export class ProviderChoiceRequired extends Data.TaggedError("ProviderChoiceRequired")<{
  readonly providers: ReadonlyArray<ProviderId>
}> {}

/** No alternative of the feature has a part at the provider that was named. */
export class ProviderUnsuitable extends Data.TaggedError("ProviderUnsuitable")<{
  readonly provider: string
  readonly providers: ReadonlyArray<ProviderId>
}> {}

export interface ActivationInput {
  /** Which of several that could serve. */
  readonly provider: Option.Option<string>
  /** Which of several accounts there. */
  readonly integrationId: Option.Option<IntegrationId>
  readonly returnTo: string
  readonly loginHint: Option.Option<string>
  readonly text: Option.Option<ShownText>
  /** Is only the browser that begins the authorization to come back? */
  readonly bindsBrowser: boolean
}

/** One feature that is not active yet, by the way in which it is to become so. */
interface Step {
  readonly feature: Feature
  readonly parts: ReadonlyArray<PartReport>
}

const providersOf = (alternatives: ReadonlyArray<AlternativeReport>): ReadonlyArray<ProviderId> => [
  ...new Set(alternatives.flatMap(({ parts }) => parts.map(({ part }) => part.provider)))
]

const isOpen = ({ state }: AlternativeReport): boolean => state !== "unavailable" && state !== "not_allowed"
const needsNothing = ({ state }: AlternativeReport): boolean => state === "active" || state === "inactive"
const isServed = ({ state }: PartReport): boolean => state === "active" || state === "inactive"

/**
 * Activates a feature: at once where the scopes that are granted suffice, else by an authorization that asks for what is missing. A
 * feature of several providers takes one authorization each; what it depends on is activated with it.
 */
export class ActivateFeature extends Context.Service<ActivateFeature>()(
  "@oauth-manager/application/use-cases/ActivateFeature",
  {
    make: Effect.gen(function* () {
      const overview = yield* FeatureOverview
      const switching = yield* FeatureSwitch
      const starting = yield* StartAuthorization
      const integrations = yield* IntegrationRepository
      const units = yield* UnitOfWork
      const registry = yield* ProviderRegistry
      const words = yield* Effect.context<FeatureRegistry | Digest.Digest>()

      /** The way that was chosen before or is named, or serves as it stands, or is the only one. */
      const choose = Effect.fnUntraced(function* (
        { alternatives, feature }: FeatureReport,
        named: Option.Option<string>
      ) {
        const suitable = Option.match(named, {
          onNone: () => alternatives,
          onSome: (provider) => alternatives.filter(({ parts }) => parts.some(({ part }) => part.provider === provider))
        })
        if (Option.isSome(named) && suitable.length === 0) {
          return yield* new ProviderUnsuitable({ provider: named.value, providers: Features.providersOf(feature) })
        }
        const open = suitable.filter(isOpen)
        const [first] = open
        if (first === undefined) {
          if (suitable.some(({ state }) => state === "not_allowed"))
            return yield* new FeatureNotAllowed({ feature: feature.id })
          return yield* new ProviderNotConfigured({ provider: providersOf(suitable).join(", ") })
        }
        if (open.length === 1 || Option.isSome(named) || first.isChosen || needsNothing(first)) return first
        return yield* new ProviderChoiceRequired({ providers: providersOf(open) })
      })

      /** What is to be done for the feature, and before it for those it depends on. */
      const plan = (
        report: FeatureReport,
        provider: Option.Option<string>
      ): Effect.Effect<
        ReadonlyArray<Step>,
        FeatureNotAllowed | ProviderChoiceRequired | ProviderNotConfigured | ProviderUnsuitable
      > =>
        Effect.gen(function* () {
          const before = yield* Effect.forEach(report.blockedBy, (dependency) =>
            Effect.catchTag(plan(dependency, provider), "ProviderUnsuitable", () => plan(dependency, Option.none()))
          )
          const { parts } = yield* choose(report, provider)
          return [...before.flat(), { feature: report.feature, parts }]
        })

      /**
       * A part that is missing, with all that the same account is to serve: what is missing there, and what is only switched off. What
       * the user has another account for stays with that.
       */
      const findMissing = (steps: ReadonlyArray<Step>) => {
        const inactive = steps.flatMap(({ feature, parts }) =>
          parts.filter(({ state }) => state !== "active").map((part) => ({ feature: feature.id, part }))
        )
        const first = inactive.find(({ part }) => !isServed(part))
        if (first === undefined) return undefined
        const { integration, part } = first.part
        const together = inactive.filter(({ feature, part: other }) => {
          if (other.part.provider !== part.provider) return false
          if (other.integration?.id === integration?.id) return true
          return !isServed(other) && other.integration?.features.includes(feature) !== true
        })
        return { integration, provider: part.provider, together }
      }

      /** Of several providers it suffices that the words are those for one: a frontend shows them one by one. */
      const requireShownToday = Effect.fnUntraced(function* (
        steps: ReadonlyArray<Step>,
        text: Option.Option<ShownText>
      ) {
        if (Option.isNone(text)) return
        const { locale, version } = text.value
        const switched = steps.flatMap(({ feature, parts }) =>
          parts
            .filter(({ state }) => state === "inactive")
            .map(({ part: { provider } }) => ({ feature: feature.id, provider }))
        )
        const today = yield* Effect.forEach(new Set(switched.map(({ provider }) => provider)), (provider) =>
          Effect.flatMap(registry.get(provider), ({ definition }) => {
            const features = switched.filter((one) => one.provider === provider).map(({ feature }) => feature)
            return Effect.provideContext(versionOf(definition, { features, scopes: [], locale }), words)
          })
        )
        const [first] = today
        if (first !== undefined && !today.includes(version)) return yield* new ConsentTextOutdated({ version: first })
      })

      const findNamed = Effect.fnUntraced(function* (
        user: UserScope,
        feature: Feature,
        id: IntegrationId,
        connected: ReadonlyArray<Integration>
      ) {
        const named = connected.find((one) => one.id === id)
        if (named !== undefined) return named
        const found = yield* integrations.find(user, id)
        if (Option.isNone(found)) return yield* new NotFound()
        const { integration } = found.value
        if (Integrations.hasEnded(integration)) return yield* new Disconnected({ integrationId: id })
        return yield* new ProviderUnsuitable({
          provider: integration.provider,
          providers: Features.providersOf(feature)
        })
      })

      const activate = Effect.fnUntraced(function* (
        caller: Caller,
        user: UserScope,
        feature: Feature,
        input: ActivationInput,
        connected: ReadonlyArray<Integration>
      ) {
        const named = Option.isNone(input.integrationId)
          ? undefined
          : yield* findNamed(user, feature, input.integrationId.value, connected)
        // Of the provider's accounts the one that is named, as if there were no other
        const preferred = connected.filter(({ id, provider }) => id === named?.id || provider !== named?.provider)
        const report = yield* overview.of(caller, user, feature, preferred)
        const steps = yield* plan(report, input.provider)
        const missing = findMissing(steps)
        if (missing !== undefined) return Option.some(missing)
        yield* requireShownToday(steps, input.text)
        for (const step of steps) {
          for (const { integration, part } of step.parts) {
            if (integration === undefined) continue
            const now = yield* integrations.findConnectedForUpdate(user, [integration.provider])
            const serving = now.find(({ id }) => id === integration.id)
            if (serving === undefined) continue
            yield* switching.on(caller, user, { feature: step.feature.id, part }, serving, now, input.text)
          }
        }
        return Option.none()
      })

      return {
        /** The report of the feature that is active now, or the authorization that is to be followed first. */
        activate: Effect.fn("ActivateFeature.activate")(function* (
          caller: Caller,
          user: UserScope,
          id: FeatureId,
          input: ActivationInput
        ) {
          yield* requireAccess(caller, user, "integrations:write")
          const feature = yield* overview.find(id)
          const providers = overview.providersOf(feature)
          const missing = yield* units.forUser(
            user,
            Effect.flatMap(integrations.findConnectedForUpdate(user, providers), (connected) =>
              activate(caller, user, feature, input, connected)
            )
          )
          if (Option.isNone(missing)) {
            return { _tag: "Active" as const, report: yield* overview.of(caller, user, feature) }
          }
          const { integration, provider, together } = missing.value
          const begun = yield* starting.start(caller, user, {
            provider,
            features: [...new Set(together.map((one) => one.feature))],
            scopes: [],
            integrationId: Option.fromUndefinedOr(integration?.id),
            returnTo: input.returnTo,
            loginHint: input.loginHint,
            narrows: false,
            text: input.text,
            claims: Option.none(),
            bindsBrowser: input.bindsBrowser
          })
          return { _tag: "Authorization" as const, ...begun }
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
