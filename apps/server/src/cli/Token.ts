import { Console, Effect, Redacted } from "effect"
import * as DatabaseSettings from "../configuration/DatabaseSettings.ts"
import * as DevelopmentSecrets from "../development/DevelopmentSecrets.ts"
import * as TokenIssuer from "../development/TokenIssuer.ts"

/** Prints a bearer token of the development token issuer, and nothing else. */
export const run = Effect.fnUntraced(function* (claims: TokenIssuer.Claims) {
  const secrets = yield* DevelopmentSecrets.loadOrCreate(yield* DatabaseSettings.dataDir)
  yield* Console.log(Redacted.value(yield* TokenIssuer.issue(secrets, claims)))
})
