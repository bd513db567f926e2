import { Context, Effect, Layer, Option } from "effect"
import { join } from "node:path"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import * as DevelopmentSecrets from "../development/DevelopmentSecrets.ts"
import * as DynamicProviderRegistry from "../providers/DynamicProviderRegistry.ts"
import { load } from "../providers/PluginLoader.ts"
import { StartupFailed } from "../StartupFailed.ts"

const sandboxId = "sandbox"

/** Where the sandbox authorization server listens; none where it does not run. */
export class Sandbox extends Context.Service<Sandbox, Option.Option<{ readonly issuer: string }>>()(
  "@oauth-manager/server/composition/Providers/Sandbox"
) {}

/** Production neither loads the sandbox nor what it is made from. */
const loadSandbox = Effect.promise(() => import("../sandbox/SandboxAuthorizationServer.ts"))

const startSandbox = Effect.gen(function* () {
  const { dataDir, publicUrl, sandboxPort } = yield* ServerConfiguration
  const { sandboxClientSecret } = yield* DevelopmentSecrets.loadOrCreate(dataDir)
  const credentials = { clientId: "oauth-manager", clientSecret: sandboxClientSecret }
  const { issuer } = yield* (yield* loadSandbox)
    .start({
      ...credentials,
      port: sandboxPort,
      redirectUris: [`${publicUrl}/v1/callback/${sandboxId}`],
      dataFile: join(dataDir, "sandbox.json")
    })
    .pipe(Effect.mapError(({ message }) => new StartupFailed({ message })))
  return { credentials, issuer }
})

/** The plugins of PROVIDERS; the sandbox's authorization server runs with its plugin, in development alone. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { plugins, production, publicUrl } = yield* ServerConfiguration
    const loaded = yield* Effect.forEach(plugins, (entry) => load(entry, production))
    const isWanted =
      !production && loaded.some(({ definition, isConfigured }) => definition.id === sandboxId && !isConfigured)
    const sandbox = isWanted ? Option.some(yield* startSandbox) : Option.none()
    return Layer.merge(
      DynamicProviderRegistry.layer({
        plugins: loaded,
        production,
        publicUrl,
        defaults: new Map(Option.toArray(sandbox).map((running) => [sandboxId, running]))
      }),
      Layer.succeed(
        Sandbox,
        Option.map(sandbox, ({ issuer }) => ({ issuer }))
      )
    )
  })
)
