import { Effect, Exit, Scope } from "effect"
import * as HonestAuthorizationServer from "../simulators/HonestAuthorizationServer.ts"
import { freePort } from "./Processes.ts"
import type { Browser } from "./RunningService.ts"

/** Knows nothing of Google: an authorization server as it comes, and a service's environment that puts it in Google's place. */
export const startInGooglesPlace = async (algorithm = "ES256") => {
  const port = await freePort()
  const scope = Scope.makeUnsafe()
  const server = await Effect.runPromise(
    HonestAuthorizationServer.start({
      algorithm,
      redirectUri: `http://localhost:${port}/v1/callback/google`,
      scopes: ["openid", "offline_access", "email", "profile"]
    }).pipe(Scope.provide(scope))
  )
  const browser: Browser = (url) => Effect.runPromise(HonestAuthorizationServer.visit(url))
  return {
    ...server,
    browser,
    env: {
      PORT: String(port),
      PROVIDERS: "@oauth-manager/provider-google",
      PROVIDER_GOOGLE_ISSUER: server.issuer,
      PROVIDER_GOOGLE_CLIENT_ID: server.clientId,
      PROVIDER_GOOGLE_CLIENT_SECRET: server.clientSecret
    },
    stop: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
