import { Effect, Option, Redacted } from "effect"
import type { CaseGroup } from "../Case.ts"
import { equals, holds } from "../Expectation.ts"
import { begin } from "../Journey.ts"
import * as Authorization from "../simulator/Authorization.ts"
import { hasScopes, issuesRefreshTokens, readsIdTokens, usesPkce } from "../Traits.ts"
import { clientSecret, type World } from "../World.ts"

const parametersOf = (world: World, changes: Parameters<typeof begin>[1] = {}) =>
  Effect.map(begin(world, changes), ({ authorizationUrl }) => new URL(authorizationUrl).searchParams)

const carries = (field: string, wanted: Readonly<Record<string, string>>, sent: URLSearchParams) =>
  Effect.forEach(Object.entries(wanted), ([name, value]) =>
    holds(sent.get(name) === value, `${field} has ${name}=${value}, but the authorization request did not carry it`)
  )

const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

export const authorizationUrl: CaseGroup = {
  title: "the authorization request",
  cases: [
    {
      name: "leads to the provider with all that it asks for",
      run: (world) =>
        Effect.flatMap(begin(world), ({ authorizationUrl: url }) => Authorization.consent(world.simulation, url))
    },
    {
      name: "carries the scopes of every feature",
      applies: hasScopes,
      run: (world) =>
        Effect.flatMap(parametersOf(world), (sent) =>
          equals("scope", sent.get("scope")?.split(" "), [...world.request.scopes])
        )
    },
    {
      name: "carries a new state, verifier and nonce every time",
      run: (world) =>
        Effect.gen(function* () {
          const flows = yield* Effect.all([begin(world), begin(world)])
          const secrets = flows.flatMap(({ flow, state }) => [state, flow.codeVerifier, flow.nonce].map(Redacted.value))
          yield* holds(new Set(secrets).size === 6, "two authorization requests share a secret")
        })
    },
    {
      name: "carries a challenge of method S256",
      applies: usesPkce,
      run: (world) =>
        Effect.flatMap(parametersOf(world), (sent) =>
          equals("code_challenge_method", sent.get("code_challenge_method"), "S256")
        )
    },
    {
      name: "carries a nonce, for the ID token to repeat",
      applies: readsIdTokens,
      run: (world) =>
        Effect.flatMap(parametersOf(world), (sent) =>
          holds(sent.has("nonce"), "the authorization request asked for openid without a nonce")
        )
    },
    {
      name: "carries what makes the provider issue a refresh token only where one is needed",
      applies: issuesRefreshTokens,
      run: (world) =>
        Effect.gen(function* () {
          const wanted = world.definition.refreshTokenParameters ?? {}
          yield* carries("refreshTokenParameters", wanted, yield* parametersOf(world))
          const without = yield* parametersOf(world, { needsRefreshToken: false })
          yield* Effect.forEach(Object.entries(wanted), ([name, value]) =>
            holds(
              without.get(name) !== value || world.definition.authorizationParameters?.[name] === value,
              `refreshTokenParameters has ${name}=${value}, which was sent where no refresh token was needed`
            )
          )
        })
    },
    {
      name: "carries what extends an existing grant",
      applies: ({ incrementalParameters }) => incrementalParameters !== undefined,
      run: (world) =>
        Effect.flatMap(parametersOf(world, { incremental: true }), (sent) =>
          carries("incrementalParameters", world.definition.incrementalParameters ?? {}, sent)
        )
    },
    {
      name: "names the account that is expected",
      run: (world) =>
        Effect.flatMap(parametersOf(world, { loginHint: Option.some("ada@example.org") }), (sent) =>
          equals("login_hint", sent.get("login_hint"), "ada@example.org")
        )
    },
    {
      name: "carries the claims of a challenge where the provider takes them",
      run: (world) =>
        Effect.flatMap(parametersOf(world, { claims: Option.some(claims) }), (sent) =>
          equals("claims", sent.get("claims"), world.definition.acceptsClaims === true ? claims : null)
        )
    },
    {
      name: "holds no secret",
      run: (world) =>
        Effect.gen(function* () {
          const { authorizationUrl: url, flow } = yield* begin(world)
          const secrets = [clientSecret, Redacted.value(flow.codeVerifier)]
          yield* holds(
            !secrets.some((secret) => decodeURIComponent(url).includes(secret)),
            "the authorization request carried the client's secret or the verifier"
          )
        })
    }
  ]
}
