import type { ProviderId } from "@oauth-manager/domain"
import { Context, Duration, Effect, Exit, Layer, Option, Schedule } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { ProviderMisconfigured, ProviderUnavailable } from "../ports/OAuthClient.ts"
import { ProviderIncidents } from "../ports/ProviderIncidents.ts"

const isDown: ReadonlySet<unknown> = new Set<ProviderUnavailable["reason"]>(["unreachable", "timeout", "server_error"])

/** These say that the request was wrong, and may be true of one integration alone. */
const ofOneRequest: ReadonlySet<string> = new Set(["invalid_scope", "invalid_request", "unsupported_grant_type"])

/** Does the provider refuse the deployment's client, whosever token it is? */
const isIncident = (error: unknown): error is ProviderMisconfigured =>
  error instanceof ProviderMisconfigured && !ofOneRequest.has(error.code)

const healthOf = (exit: Exit.Exit<unknown, unknown>): CircuitBreaker.Outcome => {
  const error = Exit.findErrorOption(exit)
  if (Option.isNone(error)) return Exit.isSuccess(exit) ? CircuitBreaker.success : CircuitBreaker.ignored
  if (!(error.value instanceof ProviderUnavailable)) return CircuitBreaker.success
  const { reason, retryAfter } = error.value
  if (isDown.has(reason) || reason === "rate_limited") {
    return CircuitBreaker.failure(
      Option.match(retryAfter, { onNone: () => ({}), onSome: (wait) => ({ retryAfter: wait }) })
    )
  }
  return reason === "backing_off" ? CircuitBreaker.ignored : CircuitBreaker.success
}

const clientOf = (exit: Exit.Exit<unknown, unknown>): CircuitBreaker.Outcome => {
  const error = Exit.findErrorOption(exit)
  if (Option.isNone(error)) return Exit.isSuccess(exit) ? CircuitBreaker.success : CircuitBreaker.ignored
  if (isIncident(error.value)) return CircuitBreaker.failure()
  const wasAnswered =
    !(error.value instanceof ProviderUnavailable) && !(error.value instanceof CircuitBreaker.CircuitBreakerError)
  return wasAnswered ? CircuitBreaker.success : CircuitBreaker.ignored
}

/** While a provider is down it is tried again after this long at most, by one caller. */
const openDuration = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("10 seconds")])

/**
 * Lets requests through to providers that can answer them. After five failures in a row a provider counts as down, and one
 * request at a time finds out whether it is back; one that refuses the deployment's client has an incident, which is over with
 * its first other answer.
 */
export class ProviderGate extends Context.Service<ProviderGate>()("@oauth-manager/application/refresh/ProviderGate", {
  make: Effect.gen(function* () {
    const incidents = yield* ProviderIncidents
    const outages = yield* CircuitBreaker.make({ tripPolicy: CircuitBreaker.consecutive(5), openDuration })
    const clients = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(1),
      openDuration: "5 seconds"
    })
    /** What is known here of open incidents: their codes. */
    const known = new Map<ProviderId, string>()

    const outageOf = (provider: ProviderId) => `outage ${provider}`
    const clientKeyOf = (provider: ProviderId) => `client ${provider}`

    const backingOff = (provider: ProviderId, retryAfter: Duration.Duration) =>
      new ProviderUnavailable({ provider, reason: "backing_off", retryAfter: Option.some(retryAfter) })

    const refused = (provider: ProviderId) =>
      new ProviderMisconfigured({ provider, code: known.get(provider) ?? "client_refused" })

    const open = Effect.fnUntraced(
      function* (provider: ProviderId, code: string) {
        known.set(provider, code)
        if (yield* incidents.open(provider, code)) {
          yield* Effect.logError(
            `the provider ${provider} refuses the deployment's client (${code}): its integrations are suspended until its settings are right`
          )
        }
      },
      Effect.catchTag("RepositoryUnavailable", () => Effect.void)
    )

    const close = Effect.fnUntraced(
      function* (provider: ProviderId) {
        if (!known.has(provider)) return
        const wasOpen = yield* incidents.close(provider)
        known.delete(provider)
        if (wasOpen) yield* Effect.logInfo(`the provider ${provider} accepts the deployment's client again`)
      },
      Effect.catchTag("RepositoryUnavailable", () => Effect.void)
    )

    const note = (provider: ProviderId, exit: Exit.Exit<unknown, unknown>) => {
      const error = Option.getOrUndefined(Exit.findErrorOption(exit))
      if (isIncident(error)) return open(provider, error.code)
      return Exit.hasDies(exit) || error instanceof ProviderUnavailable ? Effect.void : close(provider)
    }

    const rejection = (provider: ProviderId, { reason }: CircuitBreaker.CircuitBreakerError) =>
      reason._tag === "CircuitOpen" && reason.key === clientKeyOf(provider)
        ? refused(provider)
        : backingOff(provider, reason._tag === "CircuitOpen" ? reason.retryAfter : Duration.seconds(1))

    /** How long a circuit stays closed to requests; none where one may be tried. */
    const remaining = (breaker: CircuitBreaker.CircuitBreaker, key: string) =>
      breaker.state(key).pipe(
        Effect.map((state) =>
          state._tag === "Open" && Duration.isGreaterThan(state.retryAfter, Duration.zero)
            ? Option.some(state.retryAfter)
            : Option.none()
        ),
        Effect.orDie
      )

    /** Fails at once where a request would be of no use. */
    const admit = Effect.fnUntraced(function* (provider: ProviderId) {
      if (Option.isSome(yield* remaining(clients, clientKeyOf(provider)))) return yield* refused(provider)
      const wait = yield* remaining(outages, outageOf(provider))
      if (Option.isSome(wait)) return yield* backingOff(provider, wait.value)
    })

    return {
      admit,
      /** Sends a request that `admit` let pass, and remembers what it tells of the provider. */
      through: <A, E, R>(
        provider: ProviderId,
        request: Effect.Effect<A, E, R>
      ): Effect.Effect<A, E | ProviderUnavailable | ProviderMisconfigured, R> =>
        Effect.mapError(
          clients.execute(
            outages.execute(
              Effect.onExit(request, (exit) => note(provider, exit)),
              { key: outageOf(provider), classify: healthOf }
            ),
            { key: clientKeyOf(provider), classify: clientOf }
          ),
          (error) => (error instanceof CircuitBreaker.CircuitBreakerError ? rejection(provider, error) : error)
        ),
      /** Is the provider as a whole down, as far as is known here? */
      isDown: (provider: ProviderId): Effect.Effect<boolean> =>
        Effect.orDie(Effect.map(outages.state(outageOf(provider)), ({ _tag }) => _tag !== "Closed")),
      /** Learns which incidents other servers found, so that this one can see their end. */
      learn: Effect.map(incidents.list, (open) => {
        for (const { code, provider } of open) known.set(provider, code)
      })
    }
  })
}) {
  static readonly layerNoDeps = Layer.effect(this, this.make)
  static readonly layer = this.layerNoDeps.pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))
}
