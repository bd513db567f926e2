import { type AuditEvent, type IntegrationId, isSameScope, type UserScope } from "@oauth-manager/domain"
import { Context, Effect, Exit, Layer, Semaphore } from "effect"
import { empty, type EventRow, type Rows, type Sees } from "./Rows.ts"

/** Whose rows a unit of work may see. */
type Reach = UserScope | "across users"

interface Unit {
  readonly reach: Reach
  readonly locks: Set<IntegrationId>
  rows: Rows
  state: "open" | "aborted" | "ended"
}

/** What a statement runs under: the rows it sees, the storage's clock in milliseconds, and what its unit has locked. */
interface Session {
  readonly sees: Sees
  readonly now: number
  readonly locks: Set<IntegrationId>
}

/** A statement's answer and the rows after it. */
type Written<A> = readonly [answer: A, rows: Rows]

type Statement<A> = (rows: Rows, session: Session) => Written<A>

const CurrentUnit = Context.Reference<Unit | undefined>("@oauth-manager/test/fakes/InMemoryStore/CurrentUnit", {
  defaultValue: () => undefined
})

const isSameReach = (a: Reach, b: Reach): boolean =>
  a === "across users" || b === "across users" ? a === b : isSameScope(a, b)

const broken = (rule: string) => Effect.die(new Error(rule))

const seesOf =
  (reach: Reach): Sees =>
  ({ owner }) =>
    reach === "across users" || isSameScope(owner, reach)

const mayReach = (unit: Unit, reach: Reach): boolean => unit.reach === "across users" || isSameReach(unit.reach, reach)

/** As the trail, which keeps no address. */
const withoutAddress = (event: AuditEvent): AuditEvent => {
  if (event.actor?.address === undefined) return event
  const { address: _, ...actor } = event.actor
  return { ...event, actor }
}

/**
 * The rows that all in-memory repositories share. One unit of work at a time writes, on a copy that takes the place of the
 * committed rows when it succeeds; reads outside of it see what is committed. What PostgreSQL would refuse is a defect.
 */
export class InMemoryStore extends Context.Service<InMemoryStore>()("@oauth-manager/test/fakes/InMemoryStore", {
  make: Effect.sync(() => {
    let committed = empty
    let sequence = 0
    const alone: Array<EventRow> = []
    const writer = Semaphore.makeUnsafe(1)

    const begin = <A, E, R>(reach: Reach, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      writer.withPermit(
        Effect.suspend(() => {
          const unit: Unit = { reach, locks: new Set(), rows: committed, state: "open" }
          return work.pipe(
            Effect.provideService(CurrentUnit, unit),
            Effect.tap(() =>
              unit.state === "aborted" ? broken("an aborted unit of work cannot succeed") : Effect.void
            ),
            Effect.onExit((exit) =>
              Effect.sync(() => {
                unit.state = "ended"
                if (Exit.isSuccess(exit)) committed = unit.rows
              })
            )
          )
        })
      )

    const unit = <A, E, R>(reach: Reach, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(CurrentUnit, (current) => {
        if (current === undefined) return begin(reach, work)
        return isSameReach(current.reach, reach) ? work : broken("a unit of work within one of another scope")
      })

    const run = <A>(unit: Unit, reach: Reach, statement: Statement<A>): Effect.Effect<A> =>
      Effect.clockWith((clock) =>
        Effect.suspend(() => {
          if (unit.state !== "open") return broken(`the unit of work is ${unit.state}`)
          const session = { sees: seesOf(reach), now: clock.currentTimeMillisUnsafe(), locks: unit.locks }
          const [answer, rows] = statement(unit.rows, session)
          unit.rows = rows
          return Effect.succeed(answer)
        })
      )

    // Lets other fibers run first, so that callers interleave as they do over a network.
    const currentUnit = Effect.andThen(Effect.yieldNow, CurrentUnit)

    const execute = <A>(reach: Reach, statement: Statement<A>): Effect.Effect<A> =>
      Effect.flatMap(currentUnit, (current) => {
        if (current === undefined) return begin(reach, execute(reach, statement))
        return mayReach(current, reach)
          ? run(current, reach, statement)
          : broken("rows beyond the unit of work's scope")
      })

    return {
      unit,
      read: <A>(scope: UserScope, query: (rows: Rows, sees: Sees) => A): Effect.Effect<A> =>
        Effect.flatMap(currentUnit, (current) =>
          current === undefined
            ? Effect.sync(() => query(committed, seesOf(scope)))
            : execute(scope, (rows, { sees }) => [query(rows, sees), rows])
        ),
      write: execute,
      /** As `write`, but a defect without a unit of work around it. */
      writeWithin: <A>(scope: UserScope, statement: Statement<A>): Effect.Effect<A> =>
        Effect.flatMap(CurrentUnit, (current) =>
          current === undefined ? broken("a lock without a unit of work") : execute(scope, statement)
        ),
      /** Writes rows that no scope hides, in whichever unit of work is around it. */
      writeAnywhere: <A>(statement: Statement<A>): Effect.Effect<A> =>
        Effect.flatMap(currentUnit, (current) => execute(current?.reach ?? "across users", statement)),
      /** Fails, and lets nothing more happen in the unit of work around it. */
      abort: <E>(error: E): Effect.Effect<never, E> =>
        Effect.flatMap(CurrentUnit, (current) => {
          if (current !== undefined) current.state = "aborted"
          return Effect.fail(error)
        }),
      eventRows: (events: ReadonlyArray<AuditEvent>): ReadonlyArray<EventRow> =>
        events.map((event) => ({ sequence: ++sequence, event: withoutAddress(event) })),
      recordAlone: (event: AuditEvent): Effect.Effect<void> =>
        Effect.andThen(
          Effect.yieldNow,
          Effect.sync(() => void alone.push({ sequence: ++sequence, event: withoutAddress(event) }))
        ),
      /** The committed audit events about one user with their numbers, in that order. */
      eventRowsAbout: (user: UserScope) =>
        Effect.sync((): ReadonlyArray<EventRow> =>
          [...committed.events, ...alone]
            .filter(({ event }) => isSameScope(event.about, user))
            .toSorted((a, b) => a.sequence - b.sequence)
        ),
      /** Looks at the committed audit events, in the order of their recording, and at the rows beside them. */
      readEvents: <A>(look: (rows: Rows, events: ReadonlyArray<EventRow>) => A): Effect.Effect<A> =>
        Effect.sync(() =>
          look(
            committed,
            [...committed.events, ...alone].toSorted((a, b) => a.sequence - b.sequence)
          )
        ),
      /** The committed audit events, in the order of their recording. */
      events: Effect.sync((): ReadonlyArray<AuditEvent> =>
        [...committed.events, ...alone].toSorted((a, b) => a.sequence - b.sequence).map(({ event }) => event)
      )
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
