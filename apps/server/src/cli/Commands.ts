import { Effect, Logger, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

/** What a command needs is loaded when it is chosen, so that `token` does not wait for the server's modules. */
const using = <M, A, E, R>(module: () => Promise<M>, run: (module: M) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.promise(module), run)

const runServer = () =>
  using(
    () => import("./Serve.ts"),
    ({ run }) => run
  )

const serve = Command.make("serve", {}, runServer).pipe(
  Command.withDescription("Runs the server; the command where none is given")
)

/** Their answer alone goes to the standard output. */
const asked = <A, E, R>(command: Effect.Effect<A, E, R>) => Effect.provideService(command, Logger.LogToStderr, true)

const jsonFlag = Flag.Boolean("json").pipe(Flag.withDescription("For machines"), Flag.withDefault(false))

const migrate = Command.make("migrate", {}, () =>
  asked(
    using(
      () => import("./Migrate.ts"),
      ({ run }) => run
    )
  )
).pipe(Command.withDescription("Brings the database up to date, as the start of a server does"))

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
  ({ role, scope, ttl, user }) =>
    using(
      () => import("./Token.ts"),
      ({ run }) =>
        run({
          user,
          roles: role.length === 0 ? ["user"] : role,
          ...Option.match(scope, { onNone: () => ({}), onSome: (scope) => ({ scope }) }),
          lifetimeSeconds: ttl
        })
    )
).pipe(Command.withDescription("Prints a bearer token of the development token issuer"))

const doctor = Command.make("doctor", { json: jsonFlag }, (options) =>
  asked(
    using(
      () => import("./doctor/Doctor.ts"),
      ({ run }) => run(options)
    )
  )
).pipe(
  Command.withDescription(
    "Checks configuration, database, clocks and what must be reachable, and says what to do; it changes nothing"
  )
)

const keyId = Argument.String("id").pipe(Argument.withDescription("The key's id"))

const keysList = Command.make("list", { json: jsonFlag }, (options) =>
  asked(
    using(
      () => import("./keys/List.ts"),
      ({ run }) => run(options)
    )
  )
).pipe(Command.withDescription("Shows the deployment's keys, what each wraps, and how far a rotation has come"))

const keysAdd = Command.make("add", {}, () =>
  asked(
    using(
      () => import("./keys/Add.ts"),
      ({ run }) => run
    )
  )
).pipe(Command.withDescription("Makes a key, in the keyring file; or prints its entry, for VAULT_KEYS"))

const keysPromote = Command.make("promote", { id: keyId }, ({ id }) =>
  asked(
    using(
      () => import("./keys/Promote.ts"),
      ({ run }) => run(id)
    )
  )
).pipe(Command.withDescription("Makes a key that every server holds the one that wraps"))

const keysRewrap = Command.make(
  "rewrap",
  {
    dataKeys: Flag.Boolean("data-keys").pipe(
      Flag.withDescription("Replace the users' data keys too, and seal anew what they seal"),
      Flag.withDefault(false)
    )
  },
  (options) =>
    asked(
      using(
        () => import("./keys/Rewrap.ts"),
        ({ run }) => run(options)
      )
    )
).pipe(Command.withDescription("Wraps every data key under the primary key, as servers do in the background"))

const keysRetire = Command.make("retire", { id: keyId }, ({ id }) =>
  asked(
    using(
      () => import("./keys/Retire.ts"),
      ({ run }) => run(id)
    )
  )
).pipe(Command.withDescription("Ends a key under which nothing is wrapped"))

const keys = Command.make("keys").pipe(
  Command.withDescription("The keys that encrypt what is stored: list, add, promote, rewrap, retire"),
  Command.withSubcommands([keysList, keysAdd, keysPromote, keysRewrap, keysRetire])
)

const auditVerify = Command.make(
  "verify",
  {
    json: jsonFlag,
    from: Flag.Int("from").pipe(Flag.withDescription("The first position"), Flag.optional),
    to: Flag.Int("to").pipe(Flag.withDescription("The last position"), Flag.optional),
    events: Flag.String("events").pipe(
      Flag.withDescription("An export, which is verified without a database"),
      Flag.optional
    ),
    checkpoints: Flag.String("checkpoints").pipe(
      Flag.withDescription("The file of checkpoints, beside --events"),
      Flag.optional
    ),
    publicKeys: Flag.String("public-key").pipe(
      Flag.withDescription("Whose checkpoints count; may be given several times"),
      Flag.atLeast(0)
    )
  },
  (options) =>
    asked(
      using(
        () => import("./audit/Verify.ts"),
        ({ run }) => run(options)
      )
    )
).pipe(Command.withDescription("Looks whether the audit trail is what was written, and says where it is not"))

const auditExport = Command.make(
  "export",
  {
    from: Flag.String("from").pipe(Flag.withDescription("A time"), Flag.optional),
    to: Flag.String("to").pipe(Flag.withDescription("A time, not included"), Flag.optional)
  },
  (options) =>
    asked(
      using(
        () => import("./audit/Export.ts"),
        ({ run }) => run(options)
      )
    )
).pipe(Command.withDescription("Prints the sealed events of all tenants as lines of JSON, in the order of the chain"))

const auditPublicKey = Command.make("public-key", {}, () =>
  asked(
    using(
      () => import("./audit/PublicKey.ts"),
      ({ run }) => run
    )
  )
).pipe(Command.withDescription("Prints the key that the checkpoints of this server are verified with"))

const audit = Command.make("audit").pipe(
  Command.withDescription("The audit trail: verify, export, public-key"),
  Command.withSubcommands([auditVerify, auditExport, auditPublicKey])
)

export const oauthManager = Command.make("oauth-manager", {}, runServer).pipe(
  Command.withDescription("OAuth Manager: the server, and what its operator does beside it"),
  Command.withSubcommands([serve, migrate, keys, audit, token, doctor])
)
