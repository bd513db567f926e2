import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import * as ServerConfiguration from "./configuration/ServerConfiguration.ts"
import * as Demo from "./demo/Demo.ts"
import * as RunningServer from "./demo/RunningServer.ts"
import * as DevelopmentSecrets from "./development/DevelopmentSecrets.ts"
import * as TokenIssuer from "./development/TokenIssuer.ts"

const user = "ada"

const demo = Effect.gen(function* () {
  const { dataDir, publicUrl } = yield* ServerConfiguration.read
  yield* RunningServer.ensure(publicUrl)
  const secrets = yield* DevelopmentSecrets.loadOrCreate(dataDir)
  yield* Demo.run({
    baseUrl: publicUrl,
    user,
    userToken: yield* TokenIssuer.issue(secrets, { user, roles: ["user"], lifetimeSeconds: 600 }),
    serviceToken: yield* TokenIssuer.issue(secrets, { user: "demo-worker", roles: ["service"], lifetimeSeconds: 600 })
  })
  yield* Console.log("\nDone.")
}).pipe(
  Effect.scoped,
  Effect.provide(NodeHttpClient.layerUndici),
  Effect.tapError((error) => Console.error(`The demo stopped: ${error.message}`))
)

NodeRuntime.runMain(demo, { disableErrorReporting: true })
