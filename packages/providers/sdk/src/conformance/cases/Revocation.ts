import type { ExchangeAnswer } from "@oauth-manager/application"
import { Effect, Option, Redacted } from "effect"
import type { ProviderDefinition } from "../../index.ts"
import type { CaseGroup } from "../Case.ts"
import { equals, failsWith, holds, succeeds } from "../Expectation.ts"
import { connect } from "../Journey.ts"
import { json, reply } from "../simulator/Answer.ts"
import { errorBody } from "../simulator/ErrorShape.ts"
import { canRevoke, not } from "../Traits.ts"
import type { World } from "../World.ts"

type Sent = readonly [token: Redacted.Redacted<string>, hint: "refresh_token" | "access_token"]

/** The tokens that are sent, in their order. */
const sent = (
  { revocation }: ProviderDefinition,
  { accessToken, refreshToken }: ExchangeAnswer
): ReadonlyArray<Sent> => {
  const access: Sent = [accessToken, "access_token"]
  const refresh = Option.map(refreshToken, (token): Sent => [token, "refresh_token"])
  const tokens = revocation.kind === "unsupported" ? undefined : revocation.tokens
  if (tokens === "access_token") return [access]
  return tokens === "both" ? [access, ...Option.toArray(refresh)] : [Option.getOrElse(refresh, () => access)]
}

const revoke = ({ client, provider }: World, [token, hint]: Sent) => client.revoke(provider, token, hint)

const revokeAll = Effect.fnUntraced(function* (world: World, answer: ExchangeAnswer) {
  for (const one of sent(world.definition, answer)) {
    yield* equals(`revoking the ${one[1]}`, yield* succeeds("revoking a token", revoke(world, one)), "revoked")
  }
})

const isAlive = ({ simulation }: World, { accessToken }: ExchangeAnswer): boolean =>
  simulation.grants.isAlive(Redacted.value(accessToken))

const reachOf = ({ revocation }: ProviderDefinition) =>
  revocation.kind === "unsupported" ? undefined : revocation.reach

/** One token of a connection, when the endpoint answers so. */
const answered = Effect.fnUntraced(function* (world: World, answer: ReturnType<typeof reply>) {
  const [first] = sent(world.definition, yield* connect(world))
  world.simulation.on("revocation", () => answer)
  return first === undefined ? Effect.die("no token") : revoke(world, first)
})

export const revocation: CaseGroup = {
  title: "revocation",
  cases: [
    {
      name: "is not tried where the provider cannot be told",
      applies: not(canRevoke),
      run: (world) =>
        Effect.gen(function* () {
          const answer = yield* connect(world)
          const outcome = yield* succeeds("revoking a token", revoke(world, [answer.accessToken, "access_token"]))
          yield* equals("revoking the access token", outcome, "unsupported")
        })
    },
    {
      name: "ends the authorization",
      applies: canRevoke,
      run: (world) =>
        Effect.gen(function* () {
          const answer = yield* connect(world)
          yield* revokeAll(world, answer)
          yield* holds(!isAlive(world, answer), "the access token still works after revocation")
        })
    },
    {
      name: "of a token that is dead already counts as done",
      applies: canRevoke,
      run: (world) =>
        Effect.gen(function* () {
          const answer = yield* connect(world)
          yield* revokeAll(world, answer)
          yield* revokeAll(world, answer)
        })
    },
    {
      name: "reaches as far as the manifest says",
      applies: canRevoke,
      run: (world) =>
        Effect.gen(function* () {
          const [one, other] = [yield* connect(world), yield* connect(world)]
          yield* revokeAll(world, one)
          const reach = reachOf(world.definition)
          yield* holds(
            isAlive(world, other) === (reach === "token"),
            `revocation.reach is ${reach}, but revoking one authorization of an account ${reach === "token" ? "ended" : "left"} its others`
          )
        })
    },
    {
      name: "is put off while the provider is down",
      applies: canRevoke,
      run: (world) =>
        Effect.gen(function* () {
          yield* failsWith(
            "revoking, when the provider answers 503,",
            "ProviderUnavailable",
            yield* answered(world, reply(503))
          )
        })
    },
    {
      name: "by a client that the provider refuses is the operator's to mend",
      applies: canRevoke,
      run: (world) =>
        Effect.gen(function* () {
          const body = errorBody(world.truth.errors, { code: "invalid_client" })
          const outcome = yield* answered(world, json(body, 401))
          yield* failsWith("revoking, when the provider answers invalid_client,", "ProviderMisconfigured", outcome)
        })
    }
  ]
}
