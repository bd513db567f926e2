import { Effect, Option, Redacted } from "effect"
import type { CaseGroup } from "../Case.ts"
import { holds } from "../Expectation.ts"
import { connect, refresh } from "../Journey.ts"
import type { Endpoint } from "../simulator/Simulation.ts"
import type { Received } from "../simulator/Received.ts"
import { clientSecret, type World } from "../World.ts"

const maySee: ReadonlySet<Endpoint | undefined> = new Set(["token", "revocation", "introspection"])

const formEncoded = (value: string): string => new URLSearchParams([["", value]]).toString().slice(1)

const secretForms = [clientSecret, formEncoded(clientSecret), encodeURIComponent(clientSecret)]

const credentialsOf = ({ headers }: Received): string =>
  Buffer.from((headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString()

const tells = (text: string): boolean => secretForms.some((form) => text.includes(form))

const wholeLife = Effect.fnUntraced(function* (world: World) {
  const { client, provider } = world
  const answer = yield* connect(world)
  const token = Option.getOrUndefined(answer.refreshToken)
  yield* Effect.ignore(client.identify(provider, answer.accessToken))
  if (token !== undefined) yield* Effect.ignore(refresh(world, token))
  yield* Effect.ignore(client.introspect(provider, answer.accessToken))
  yield* Effect.ignore(
    client.revoke(provider, token ?? answer.accessToken, token === undefined ? "access_token" : "refresh_token")
  )
  return answer
})

export const secretToStranger: CaseGroup = {
  title: "a secret",
  cases: [
    {
      name: "of the client goes to no endpoint that does not ask for it",
      run: (world) =>
        Effect.gen(function* () {
          yield* wholeLife(world)
          for (const { endpoint, request } of world.simulation.received) {
            const isShown =
              tells(request.body) || tells(JSON.stringify(request.headers)) || tells(credentialsOf(request))
            yield* holds(
              maySee.has(endpoint) || !isShown,
              `the client's secret was sent to ${world.simulation.written(request.url)}`
            )
          }
        })
    },
    {
      name: "stands in no address",
      run: (world) =>
        Effect.gen(function* () {
          const { accessToken, refreshToken } = yield* wholeLife(world)
          const tokens = [accessToken, ...Option.toArray(refreshToken)].map(Redacted.value)
          for (const { request } of world.simulation.received) {
            const isShown = tells(request.url) || tokens.some((token) => request.url.includes(token))
            yield* holds(
              !isShown,
              `a secret stood in the address of a request to ${world.simulation.written(request.url.split("?")[0] ?? "")}`
            )
          }
        })
    }
  ]
}
