import { NodeRuntime } from "@effect/platform-node"
import {
  Application,
  ReadAccessToken,
  RefreshTimings,
  RefreshToken,
  type ReleasedToken,
  ReplayJournal,
  type TokenDescription
} from "@oauth-manager/application"
import { Duration, Effect, Layer, Option, Redacted, Schedule } from "effect"
import { aCaller } from "../fakes/Samples.ts"
import { clientId, clientSecret } from "../simulators/RotatingAuthorizationServer.ts"
import * as ChaosPorts from "./ChaosPorts.ts"
import * as Failpoints from "./Failpoints.ts"
import * as SkewedClock from "./SkewedClock.ts"
import type { BareRequest, Call, Reply, Request, TokenRequest, WorkerSettings } from "./WorkerProtocol.ts"

const settings: WorkerSettings = JSON.parse(process.env["WORKER"] ?? "")

const say = (reply: Reply): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.send?.(reply, () => resume(Effect.void))
  })

/** The process as a server is: every use-case over real ports, which may kill it. */
const Service = Application.layer.pipe(
  Layer.provideMerge(Failpoints.layer(settings.failpoint, settings.visit)),
  Layer.provideMerge(ChaosPorts.layer(settings.deployment)),
  Layer.provide(
    Layer.succeed(RefreshTimings, {
      call: Duration.millis(settings.timings.call),
      lease: Duration.millis(settings.timings.lease),
      recovery: Duration.millis(settings.timings.recovery),
      confirmAfter: Duration.millis(settings.timings.confirmAfter),
      wait: Duration.millis(settings.timings.wait)
    })
  )
)

const nothingAsked = { minTtl: Option.none(), scopes: [], purpose: Option.none() }

const release = Effect.fnUntraced(function* ({ integrationId, kind, owner }: TokenRequest) {
  const caller = aCaller(owner, { roles: ["service"] })
  const released: TokenDescription & Partial<ReleasedToken> =
    kind === "read"
      ? yield* ReadAccessToken.use(({ read }) => read(caller, owner, integrationId, nothingAsked))
      : yield* RefreshToken.use(({ refresh }) => refresh(caller, owner, integrationId))
  const token = released.accessToken === undefined ? {} : { token: Redacted.value(released.accessToken) }
  return { outcome: ["token", ...released.warnings].join(" "), ...token }
})

/** One caller's request: what it led to, and how long it took. */
const call = (request: TokenRequest) =>
  release(request).pipe(
    Effect.catch((error) =>
      Effect.succeed({ outcome: ["refused", error._tag, ...("reason" in error ? [error.reason] : [])].join(" ") })
    ),
    Effect.timed,
    Effect.map(([duration, outcome]): Call => ({ ...outcome, milliseconds: Duration.toMillis(duration) }))
  )

const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`

const bareCall = ({ refreshToken }: BareRequest) =>
  Effect.promise(async () => {
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken })
    const response = await fetch(`${settings.deployment.issuer}/token`, {
      method: "POST",
      headers: { authorization },
      body
    })
    const { access_token: token } = (await response.json()) as { readonly access_token?: string }
    return token === undefined ? { outcome: "refused" } : { outcome: "token", token }
  }).pipe(
    Effect.timed,
    Effect.map(([duration, outcome]): Call => ({ ...outcome, milliseconds: Duration.toMillis(duration) }))
  )

const serve = Effect.fnUntraced(function* (request: Request) {
  const calls = yield* request.kind === "bare"
    ? Effect.all([bareCall(request)])
    : Effect.all(
        Array.from({ length: request.callers }, () => call(request)),
        { concurrency: "unbounded" }
      )
  yield* say({ kind: "done", id: request.id, calls })
})

const main = Effect.gen(function* () {
  const { replay } = yield* ReplayJournal
  yield* replay()
  // As the server's sweep does, which is in no such hurry
  yield* Effect.forkChild(Effect.repeat(Effect.ignore(replay()), Schedule.spaced("1 second")))
  const run = Effect.runForkWith(yield* Effect.context<ReadAccessToken | RefreshToken>())
  process.on("message", (request: Request) => run(serve(request)))
  process.on("disconnect", () => process.exit(0))
  yield* say({ kind: "ready" })
  return yield* Effect.never
})

const time = settings.skew === undefined ? Layer.empty : SkewedClock.layer(settings.skew)

NodeRuntime.runMain(Effect.provide(main, Layer.provideMerge(Service, time)))
