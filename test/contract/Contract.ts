import {
  AuditTrail,
  AuthorizationRepository,
  ConsentRepository,
  DataKeyRepository,
  DataKeyRotation,
  EventOutbox,
  IntegrationRepository,
  KeyRepository,
  ErasureRepository,
  type ProviderIncidents,
  type RefreshSignals,
  RevocationOutbox,
  type ScopePolicyRepository,
  TokenRepository,
  UnitOfWork,
  UserRecords,
  UserRepository
} from "@oauth-manager/application"
import { assert, layer, type Vitest } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, type Layer } from "effect"

/** The ports that store. They are tested together: a row of one needs rows of another. */
export type PersistencePorts =
  | UnitOfWork
  | IntegrationRepository
  | TokenRepository
  | AuthorizationRepository
  | ConsentRepository
  | KeyRepository
  | DataKeyRepository
  | DataKeyRotation
  | RevocationOutbox
  | UserRepository
  | UserRecords
  | ErasureRepository
  | AuditTrail
  | EventOutbox
  | ProviderIncidents
  | RefreshSignals
  | ScopePolicyRepository

export const persistence = Effect.all({
  units: UnitOfWork,
  integrations: IntegrationRepository,
  tokens: TokenRepository,
  authorizations: AuthorizationRepository,
  consents: ConsentRepository,
  keys: KeyRepository,
  dataKeys: DataKeyRepository,
  rotation: DataKeyRotation,
  outbox: RevocationOutbox,
  users: UserRepository,
  records: UserRecords,
  erasures: ErasureRepository,
  audit: AuditTrail,
  events: EventOutbox
})

/**
 * A port's contract, to be declared for each implementation of it. The clock is real, and the storage may be shared with
 * other tests: each takes users and ids of its own.
 */
export const contract =
  <R>(port: string, tests: (it: Vitest.MethodsNonLive<R>) => void) =>
  <E>(name: string, ports: Layer.Layer<R, E>): void =>
    layer(ports, { excludeTestServices: true })(`${port}, ${name}`, tests)

/** A lease that nobody waits for, and one that is over when it begins. */
export const long = Duration.hours(1)
export const over = Duration.zero

/** Runs an effect by as many callers at once. */
export const atOnce = <A, E, R>(callers: number, effect: Effect.Effect<A, E, R>): Effect.Effect<Array<A>, E, R> =>
  Effect.all(
    Array.from({ length: callers }, () => effect),
    { concurrency: "unbounded" }
  )

/** Runs work in a unit that stays open when the work is done: `end` lets it commit, and the fiber can be interrupted. */
export const hold = Effect.fnUntraced(function* <A, E, E2, R>(
  work: Effect.Effect<A, E, R>,
  unit: (work: Effect.Effect<A, E, R>) => Effect.Effect<A, E2, R>
) {
  const done = yield* Deferred.make<A, E2>()
  const mayEnd = yield* Deferred.make<void>()
  const fiber = yield* work.pipe(
    Effect.tap((answer) => Deferred.succeed(done, answer)),
    Effect.tap(() => Deferred.await(mayEnd)),
    unit,
    Effect.onExit((exit) => Deferred.done(done, exit)),
    Effect.forkChild
  )
  const answer = yield* Deferred.await(done)
  return { answer, fiber, end: Effect.andThen(Deferred.succeed(mayEnd, undefined), Fiber.join(fiber)) }
})

export const assertDefect = (exit: Exit.Exit<unknown, unknown>): void =>
  assert.isTrue(Exit.hasDies(exit), `expected a defect, and not ${exit}`)
