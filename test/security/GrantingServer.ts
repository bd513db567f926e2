import { Application, type RegisteredProvider } from "@oauth-manager/application"
import { ProviderId } from "@oauth-manager/domain"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { it } from "@effect/vitest"
import { Effect, Layer, Logger, type Scope } from "effect"
import { createHash } from "node:crypto"
import { promptly } from "../application/TestApplication.ts"
import * as MemoryPorts from "../fakes/MemoryPorts.ts"
import { clientLayer } from "../oauth/OAuthFixture.ts"
import { deployed, sample } from "../oauth/Sample.ts"
import { json } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"

type Server = FaultyAuthorizationServer.FaultyAuthorizationServer

interface Asked {
  readonly challenge: string | null
  readonly nonce: string | null
  readonly scope: string
}

/** A `FaultyAuthorizationServer` that gives codes out, and redeems each for who shows its verifier (RFC 7636 §4.6). */
export interface GrantingServer {
  readonly server: Server
  readonly provider: RegisteredProvider
  /** The code that a person who opens the URL and consents would come back with. */
  readonly codeFor: (authorizationUrl: string) => string
  /** What it grants and refreshes from now on, instead of what was asked for. */
  grants: string | undefined
  /** Does it take codes without their verifiers? */
  ignoresPkce: boolean
}

const challengeOf = (verifier: string | null): string =>
  createHash("sha256")
    .update(verifier ?? "")
    .digest("base64url")

const start = Effect.fnUntraced(function* (id: string) {
  const server = yield* FaultyAuthorizationServer.start
  const asked = new Map<string, Asked>()
  const manifest = sample(server.issuer, { id, features: [], location: { kind: "discovery", issuer: server.issuer } })
  let last = ""
  const granting: GrantingServer = {
    server,
    provider: { ...deployed(manifest), redirectUri: `https://oauth.test/v1/callback/${id}` },
    codeFor: (authorizationUrl) => {
      const { searchParams } = new URL(authorizationUrl)
      const code = `${id}-code-${asked.size}`
      asked.set(code, {
        challenge: searchParams.get("code_challenge"),
        nonce: searchParams.get("nonce"),
        scope: searchParams.get("scope") ?? ""
      })
      return code
    },
    grants: undefined,
    ignoresPkce: false
  }
  server.on("token", async () => {
    const { form } = server.last("token")
    const tokens = { ...(await server.tokens()), id_token: undefined }
    if (form.get("grant_type") === "refresh_token") return json({ ...tokens, scope: granting.grants ?? last })
    const grant = asked.get(form.get("code") ?? "")
    const isProven = granting.ignoresPkce || grant?.challenge === challengeOf(form.get("code_verifier"))
    if (grant === undefined || !isProven) return json({ error: "invalid_grant" }, 400)
    last = granting.grants ?? grant.scope
    server.claims = { nonce: grant.nonce }
    return json({ ...tokens, id_token: await server.idToken(), scope: last })
  })
  return granting
})

const applicationOf = (providers: ReadonlyArray<RegisteredProvider>) =>
  Application.layer.pipe(
    Layer.provide([promptly, clientLayer()]),
    Layer.provideMerge(MemoryPorts.layerOf(providers)),
    Layer.provideMerge(NodeCrypto.layer),
    Layer.merge(Logger.layer([]))
  )

/** Runs a test, over sockets and in real time, with the service's own OAuth client and two providers: `honest` and `evil`. */
export const atProviders = <E>(
  name: string,
  test: (
    honest: GrantingServer,
    evil: GrantingServer
  ) => Effect.Effect<unknown, E, Layer.Success<ReturnType<typeof applicationOf>> | Scope.Scope>
) =>
  it.live(name, () =>
    Effect.gen(function* () {
      const [honest, evil] = [yield* start(ProviderId.make("honest")), yield* start(ProviderId.make("evil"))]
      const providers = [honest.provider, evil.provider]
      yield* Effect.provide(test(honest, evil), applicationOf(providers), { local: true })
    })
  )
