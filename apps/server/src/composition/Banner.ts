import { Console, Effect, Layer, Option } from "effect"
import { resolve } from "node:path"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { Sandbox } from "./Providers.ts"

/** Says, once the service is ready in development, where it is and what to try next; production logs one line. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { callers, databaseUrl, dataDir, production, publicUrl } = yield* ServerConfiguration
    if (production) return yield* Effect.logInfo(`ready at ${publicUrl}`)
    const sandbox = yield* Sandbox
    yield* Console.log(
      [
        `OAuth Manager is ready at ${publicUrl} (its API: ${publicUrl}/docs)`,
        `  data     ${resolve(dataDir)}${Option.isNone(databaseUrl) ? ", with an embedded PostgreSQL" : ""}`,
        ...Option.toArray(sandbox).map(({ issuer }) => `  sandbox  an authorization server to connect to: ${issuer}`),
        // Both sign with the development issuer, which is trusted where no other is named.
        ...(Option.isNone(callers)
          ? ["  token    npm run token -- --user ada --role user", "  next     npm run demo"]
          : [])
      ].join("\n")
    )
  })
)
