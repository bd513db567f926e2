import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Option, Redacted, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { setting, withDefault } from "./configuration/Setting.ts"
import * as DevelopmentSecrets from "./development/DevelopmentSecrets.ts"
import * as TokenIssuer from "./development/TokenIssuer.ts"

const token = Command.make(
  "token",
  {
    user: Flag.String("user").pipe(Flag.withDescription("The user's id, the token's sub")),
    role: Flag.Literals("role", ["user", "service", "admin", "auditor"]).pipe(
      Flag.withDescription("May be given several times; user where it is not"),
      Flag.atLeast(0)
    ),
    scope: Flag.String("scope").pipe(
      Flag.withDescription("Permissions beside those of the roles, such as tokens:read"),
      Flag.optional
    ),
    ttl: Flag.Int("ttl").pipe(Flag.withDescription("Seconds until it expires"), Flag.withDefault(3600))
  },
  Effect.fn(function* ({ user, role, scope, ttl }) {
    const dataDir = yield* withDefault(".oauth-manager")(setting("DATA_DIR", Schema.String))
    const secrets = yield* DevelopmentSecrets.loadOrCreate(dataDir)
    const issued = yield* TokenIssuer.issue(secrets, {
      user,
      roles: role.length === 0 ? ["user"] : role,
      ...Option.match(scope, { onNone: () => ({}), onSome: (scope) => ({ scope }) }),
      lifetimeSeconds: ttl
    })
    yield* Console.log(Redacted.value(issued))
  })
).pipe(Command.withDescription("Prints a bearer token of the development token issuer"))

NodeRuntime.runMain(Command.run(token, { version: "0.1.0" }).pipe(Effect.provide(NodeServices.layer)))
