import { Deferred, Effect, Semaphore } from "effect"

interface Group<A, E> {
  readonly items: Array<A>
  readonly committed: Deferred.Deferred<void, E>
}

const gather = <A, E>(): Group<A, E> => ({ items: [], committed: Deferred.makeUnsafe<void, E>() })

/**
 * One commit at a time, for all who came while the one before it ran: the first of a group leads, the others follow.
 * No timer: who comes alone commits at once.
 */
export const make = <A, E>(commit: (items: ReadonlyArray<A>) => Effect.Effect<void, E>) => {
  const turn = Semaphore.makeUnsafe(1)
  let gathering = gather<A, E>()

  const lead = (group: Group<A, E>): Effect.Effect<void, E> =>
    turn.withPermit(
      // Lets those who come at the same moment join
      Effect.andThen(
        Effect.yieldNow,
        Effect.suspend(() => {
          gathering = gather()
          return Effect.onExit(commit(group.items), (exit) => Deferred.done(group.committed, exit))
        })
      )
    )

  return (item: A): Effect.Effect<void, E> =>
    Effect.suspend(() => {
      gathering.items.push(item)
      // A leader who left would leave its followers waiting
      return gathering.items.length === 1
        ? Effect.uninterruptible(lead(gathering))
        : Deferred.await(gathering.committed)
    })
}
