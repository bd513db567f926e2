import { Effect, Option, Redacted } from "effect"
import type { JsonObject, ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { holds, succeeds } from "../Expectation.ts"
import { connect, refresh, refreshTokenOf } from "../Journey.ts"

const rotates = ({ refreshTokens }: ProviderDefinition): boolean =>
  refreshTokens !== false && refreshTokens.rotation !== "static"

const silly: ReadonlyArray<readonly [what: string, members: JsonObject]> = [
  ...[null, "3600", -1, 0, 1e308].map((value) => [`expires_in ${value}`, { expires_in: value }] as const),
  ["token_type null", { token_type: null }],
  ["scope null", { scope: null }],
  ["another token_type", { token_type: "DPoP" }],
  ["access_token null", { access_token: null }],
  ["access_token with line breaks", { access_token: "a\r\nSet-Cookie: b=c" }]
]

const toCase = ([what, members]: (typeof silly)[number]): Case => ({
  name: `${what} keeps the new refresh token`,
  applies: rotates,
  run: (world) =>
    Effect.gen(function* () {
      const old = yield* refreshTokenOf(yield* connect(world))
      world.simulation.tokens = (body) => ({ ...body, ...members })
      const refreshToken = yield* refresh(world, old).pipe(
        Effect.catchTag("TokenAnswerUnusable", Effect.succeed),
        Effect.map((answer) => answer.refreshToken),
        (kept) => succeeds(`a refresh that is answered with ${what}`, kept)
      )
      const issued = world.simulation.issued.at(-1)?.["refresh_token"]
      yield* holds(
        Option.exists(refreshToken, (token) => Redacted.value(token) === issued),
        `the new refresh token of an answer with ${what} is lost`
      )
    })
})

/** The old refresh token may be spent: the new one is all that is left of the grant. */
export const malformedRefresh: CaseGroup = { title: "a refresh that is answered with", cases: silly.map(toCase) }
