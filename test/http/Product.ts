import type { ExchangeAnswer } from "@oauth-manager/application"
import { type Feature, FeatureId, type FeaturePart, ProviderId } from "@oauth-manager/domain"
import { Effect } from "effect"
import { anAnswer, parameterOf } from "../application/Journey.ts"
import { variant } from "../application/Providers.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { aRegisteredProvider, scopes } from "../fakes/Samples.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { call, inApiOf } from "./TestApi.ts"
import { adasToken, tokenOf } from "./TestCallers.ts"

const part = (provider: string, ...required: ReadonlyArray<string>): FeaturePart => ({
  provider: ProviderId.make(provider),
  required: scopes(...required),
  optional: []
})

const feature = (id: string, alternatives: Feature["alternatives"], requires: ReadonlyArray<string> = []): Feature => ({
  id: FeatureId.make(id),
  title: `The ${id}`,
  purpose: `For the ${id}`,
  alternatives,
  dependsOn: requires.map((other) => FeatureId.make(other))
})

const notes = "sandbox.notes.read"
const calendar = "sandbox.calendar.read"

const product = [
  feature("agenda", [[part("sandbox", calendar)]], ["diary"]),
  feature("briefing", [[part("sandbox", notes), part("mirror", calendar)]]),
  feature("diary", [[part("sandbox", notes)]]),
  feature("notebook", [[part("sandbox", notes)], [part("mirror", notes)]]),
  feature("telegram", [[part("elsewhere", notes)]])
]

const mirror = variant("mirror", { features: [] })

/** Runs a test with an API, for a product with features of its own over the providers `sandbox` and `mirror`. */
export const inProduct = inApiOf([aRegisteredProvider(), mirror], product)

export const features = "/v1/users/me/features"

/** What identifies an account at the sandbox. */
export const identity = ["openid", "email", "profile", "offline_access"]

export const admin = tokenOf("root", ["admin"])

/** Ada's tenant limits what may be done at the sandbox. */
export const allow = (policy: unknown) => call("PUT", "/v1/scope-policies/sandbox", { bearer: admin, body: policy })

export const get = (id: string, bearer = adasToken) => call("GET", `${features}/${id}`, { bearer })

export const deactivate = (id: string, bearer = adasToken) => call("POST", `${features}/${id}/deactivate`, { bearer })

export const activate = (id: string, body: Readonly<Record<string, unknown>> = {}, bearer = adasToken) =>
  call("POST", `${features}/${id}/activate`, { bearer, body: { return_to: returnTo, ...body } })

export const begin = (body: Readonly<Record<string, unknown>>, bearer = adasToken) =>
  call("POST", "/v1/users/me/authorizations", {
    bearer,
    body: { provider: "sandbox", return_to: returnTo, ...body }
  })

/** Goes to the provider and back, and completes the authorization that was answered. */
export const follow = Effect.fnUntraced(function* (
  begun: { readonly id: string; readonly authorization_url: string },
  answer: Partial<ExchangeAnswer> = {},
  { bearer = adasToken, ...headers }: { readonly bearer?: string; readonly "user-agent"?: string } = {}
) {
  const { exchange } = yield* ScriptedOAuthClient
  yield* exchange.next(Effect.succeed(anAnswer(answer)))
  const state = parameterOf(begun.authorization_url, "state")
  const provider = parameterOf(begun.authorization_url, "redirect_uri").split("/").at(-1)
  const back = yield* call("GET", `/v1/callback/${provider}?${new URLSearchParams({ state, code: "code" })}`)
  return yield* call("POST", `/v1/users/me/authorizations/${begun.id}/complete`, {
    bearer,
    headers,
    body: { completion_token: parameterOf(back.headers.get("location") ?? "", "completion_token") }
  })
})

/** Activates a feature, by an authorization: the integration that then serves it. */
export const activated = Effect.fnUntraced(function* (
  id: string,
  body: Readonly<Record<string, unknown>> = {},
  answer: Partial<ExchangeAnswer> = {}
) {
  return (yield* follow((yield* activate(id, body)).body, answer)).body
})

/** The version of the words that are shown today. */
export const textVersion = (asked: Readonly<Record<string, string>>) =>
  Effect.map(
    call("GET", `/v1/consent-texts?${new URLSearchParams({ provider: "sandbox", ...asked })}`, { bearer: adasToken }),
    ({ body }): string => body.version
  )
