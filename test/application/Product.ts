import { ActivateFeature, type ActivationInput, DeactivateFeature, ListFeatures } from "@oauth-manager/application"
import { type Caller, type Feature, FeatureId, ProviderId, type Scope } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { Effect, Option, Redacted } from "effect"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { aRegisteredProvider, aSecret, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { configured } from "../plugins/PluginFixture.ts"
import { ada, anAnswer, byAda, comeBack, complete, completionTokenOf, parameterOf } from "./Journey.ts"
import { layerOf } from "./TestApplication.ts"

const registered = (manifest: ProviderManifest) => aRegisteredProvider({ definition: configured(manifest) })

export const googleScope = (name: string): Scope => scopes(`https://www.googleapis.com/auth/${name}`)[0] ?? fail()

const fail = (): never => {
  throw new Error("no scope")
}

/** What a product makes of two providers: a calendar from either, and a planner that needs both calendars and mail. */
export const product: ReadonlyArray<Feature> = [
  {
    id: FeatureId.make("calendar"),
    title: "Calendar",
    purpose: "Show your appointments beside your tasks.",
    alternatives: [
      [
        {
          provider: ProviderId.make("google"),
          required: [googleScope("calendar.readonly")],
          optional: [googleScope("calendar.events")]
        }
      ],
      [{ provider: ProviderId.make("microsoft"), required: scopes("Calendars.Read"), optional: [] }]
    ],
    dependsOn: []
  },
  {
    id: FeatureId.make("assistant"),
    title: "Assistant",
    alternatives: [
      [
        { provider: ProviderId.make("google"), required: [googleScope("gmail.readonly")], optional: [] },
        { provider: ProviderId.make("microsoft"), required: scopes("Mail.Read"), optional: [] }
      ]
    ],
    dependsOn: [FeatureId.make("calendar")]
  }
]

/** The application as it serves the features of a product with the given plugins. */
export const inProductOf = (manifests: ReadonlyArray<ProviderManifest>, product: ReadonlyArray<Feature>) =>
  Effect.provide(layerOf(manifests.map(registered), undefined, product), { local: true })

/** The application as it serves that product, with Google's and Microsoft's own plugins. */
export const inProduct = inProductOf([google, microsoft], product)

const id = (feature: string): FeatureId => FeatureId.make(feature)

export const activate = (feature: string, input: Partial<ActivationInput> = {}, caller: Caller = byAda) =>
  ActivateFeature.use((useCase) =>
    useCase.activate(caller, ada, id(feature), {
      provider: Option.none(),
      integrationId: Option.none(),
      returnTo,
      loginHint: Option.none(),
      text: Option.none(),
      bindsBrowser: false,
      ...input
    })
  )

export const deactivate = (feature: string) =>
  DeactivateFeature.use((useCase) => useCase.deactivate(byAda, ada, id(feature)))

export const featureOf = (feature: string, caller: Caller = byAda) =>
  ListFeatures.use((useCase) => useCase.get(caller, ada, id(feature)))

export const stateOf = (feature: string) => Effect.map(featureOf(feature), ({ state }) => state)

/** The authorization that an activation begins; what the provider was asked for is told with it. */
export const beginning = Effect.fnUntraced(function* (...args: Parameters<typeof activate>) {
  const outcome = yield* activate(...args)
  if (outcome._tag === "Active") return yield* Effect.die("it was active at once")
  const { authorization, authorizationUrl } = outcome
  return {
    authorization,
    state: Redacted.make(parameterOf(authorizationUrl, "state")),
    asked: authorization.requestedScopes
  }
})

/** The user agrees to all that is asked for but `unticked`, with the account that `answer` names; the provider adds `earlier` consents. */
export const consent = Effect.fnUntraced(function* (
  begun: Effect.Success<ReturnType<typeof beginning>>,
  {
    answer = {},
    caller = byAda,
    earlier = [],
    unticked = []
  }: {
    readonly answer?: Parameters<typeof anAnswer>[0]
    readonly caller?: Caller
    readonly earlier?: ReadonlyArray<Scope>
    readonly unticked?: ReadonlyArray<Scope>
  } = {}
) {
  const { exchange } = yield* ScriptedOAuthClient
  const granted = [...begun.asked.filter((scope) => !unticked.includes(scope)), ...earlier]
  yield* exchange.next(Effect.succeed(anAnswer({ scopes: Option.some([...new Set(granted)]), ...answer })))
  const completionToken = completionTokenOf(yield* comeBack(begun, { code: aSecret() }))
  return yield* complete({ ...begun, completionToken }, caller)
})
