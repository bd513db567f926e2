import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { json, reset, reply, silence } from "./Answer.ts"
import { clientId, clientSecret, type RotatingAuthorizationServer, start } from "./RotatingAuthorizationServer.ts"
import type { SimulatedRotation } from "./RotatingGrant.ts"

const client = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`

const ask = async (server: RotatingAuthorizationServer, refreshToken: string, signal?: AbortSignal) => {
  const response = await fetch(`${server.issuer}/token`, {
    method: "POST",
    headers: { authorization: client },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }),
    ...(signal === undefined ? {} : { signal })
  })
  const body = await response.json()
  return { status: response.status, body, next: body.refresh_token as string }
}

const refresh = (server: RotatingAuthorizationServer, refreshToken: string) =>
  Effect.promise(() => ask(server, refreshToken))

const serving = <E>(
  name: string,
  rotation: SimulatedRotation,
  test: (server: RotatingAuthorizationServer) => Effect.Effect<unknown, E>
) => it.live(name, () => Effect.flatMap(start(rotation, 7), test))

describe("the simulated provider", () => {
  serving("keeps one refresh token where it does not rotate", "static", (server) =>
    Effect.gen(function* () {
      const { current } = server.grant("ada")
      const [first, second] = [yield* refresh(server, current), yield* refresh(server, current)]
      assert.deepStrictEqual([first.status, second.status], [200, 200])
      assert.notProperty(first.body, "refresh_token")
      assert.notStrictEqual(first.body.access_token, second.body.access_token)
    })
  )

  serving("takes old refresh tokens where they overlap", "overlap", (server) =>
    Effect.gen(function* () {
      const { current } = server.grant("ada")
      const { next } = yield* refresh(server, current)
      for (const token of [current, next, current]) assert.strictEqual((yield* refresh(server, token)).status, 200)
      assert.strictEqual(server.figures.mostCallsOfOneToken, 3)
      assert.strictEqual(server.figures.reuses, 0)
    })
  )

  serving("takes a used refresh token for a while where that is its grace", { graceMilliseconds: 100 }, (server) =>
    Effect.gen(function* () {
      const { current } = server.grant("ada")
      const { next } = yield* refresh(server, current)
      assert.strictEqual((yield* refresh(server, current)).status, 200)
      yield* Effect.sleep("150 millis")
      assert.deepStrictEqual((yield* refresh(server, current)).body, { error: "invalid_grant" })
      assert.strictEqual((yield* refresh(server, next)).status, 200)
      assert.strictEqual(server.figures.reuses, 1)
    })
  )

  serving("ends a grant whose used refresh token comes back where it is strict", "strict", (server) =>
    Effect.gen(function* () {
      const grant = server.grant("ada")
      const bystander = server.grant("bob")
      const first = grant.current
      const { next } = yield* refresh(server, first)
      assert.strictEqual(grant.current, next)
      assert.strictEqual((yield* refresh(server, first)).status, 400)
      assert.strictEqual((yield* refresh(server, next)).status, 400)
      assert.isTrue(grant.isRevoked)
      assert.strictEqual((yield* refresh(server, bystander.current)).status, 200)
      assert.deepStrictEqual(server.figures, {
        calls: 4,
        reuses: 1,
        refusals: 2,
        mostCallsOfOneToken: 2,
        mostInFlight: 1
      })
    })
  )

  serving("rotates though the client has gone, and counts who is in flight at once", "strict", (server) =>
    Effect.gen(function* () {
      const grant = server.grant("ada")
      const { current } = grant
      const gone = new AbortController()
      server.onReceived = async () => gone.abort()
      const lost = yield* Effect.promise(() => ask(server, current, gone.signal).catch(() => "gone" as const))
      assert.strictEqual(lost, "gone")
      while (grant.generation === 1) yield* Effect.sleep("2 millis")
      assert.notStrictEqual(grant.current, current)

      server.onReceived = async () => undefined
      server.treatment = () => ({ delayBefore: 50 })
      yield* Effect.all([refresh(server, grant.current), refresh(server, grant.current)], { concurrency: 2 })
      assert.strictEqual(server.figures.mostInFlight, 2)
    })
  )

  serving("misbehaves on demand before and after the rotation", "strict", (server) =>
    Effect.gen(function* () {
      const grant = server.grant("ada")
      const { current } = grant
      const rotations: Array<string> = []
      server.onRotated = async ({ grant }) => void rotations.push(grant.current)
      server.treatment = () => ({ instead: json({}, 429, { "retry-after": "1" }) })
      assert.strictEqual((yield* refresh(server, current)).status, 429)
      assert.deepStrictEqual(rotations, [])
      server.treatment = () => ({ answer: (tokens) => json({ ...tokens, expires_in: null }), delayAfter: 20 })
      assert.deepInclude((yield* refresh(server, current)).body, { expires_in: null, refresh_token: grant.current })
      assert.deepStrictEqual(rotations, [grant.current])
      server.treatment = () => ({ answer: () => reset })
      const lost = yield* Effect.promise(() => ask(server, grant.current).catch(() => "gone" as const))
      assert.strictEqual(lost, "gone")
      assert.strictEqual(rotations.length, 2)
      server.treatment = () => ({ instead: silence })
      const timedOut = AbortSignal.timeout(50)
      assert.strictEqual(
        yield* Effect.promise(() => ask(server, grant.current, timedOut).catch(() => "gone" as const)),
        "gone"
      )
      server.treatment = () => ({ instead: reply(500) })
      const response = yield* Effect.promise(() => fetch(`${server.issuer}/token`, { method: "POST" }))
      assert.strictEqual(response.status, 401)
    })
  )

  it.live("draws the same tokens from the same seed", () =>
    Effect.gen(function* () {
      const [one, same, other] = [yield* start("strict", 1), yield* start("strict", 1), yield* start("strict", 2)]
      assert.strictEqual(one.grant("ada").current, same.grant("ada").current)
      assert.notStrictEqual(same.grant("ada").current, other.grant("ada").current)
    })
  )
})
