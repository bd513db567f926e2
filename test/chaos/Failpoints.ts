import { OAuthClient, RefreshJournal, TokenRepository, TokenVault, UnitOfWork } from "@oauth-manager/application"
import { Context, Effect, Layer } from "effect"

/** What a refresh does, in its order; `RefreshCommit` is the unit of work that stores the new token. */
const operations = [
  "TokenRepository.acquireLease",
  "TokenVault.open",
  "OAuthClient.refresh",
  "RefreshJournal.write",
  "RefreshCommit",
  "RefreshJournal.remove"
] as const

type Operation = (typeof operations)[number]

/** A place where a process can be made to die, at one of its visits. */
export type Failpoint = `${Operation}:${"before" | "after"}`

export const failpoints: ReadonlyArray<Failpoint> = operations.flatMap((operation) => [
  `${operation}:before` as const,
  `${operation}:after` as const
])

const die = Effect.andThen(
  Effect.sync(() => process.kill(process.pid, "SIGKILL")),
  Effect.never
)

/** Does the unit of work around store a refreshed token? */
const CommitMark = Context.Reference<{ isRefresh: boolean }>("@oauth-manager/test/chaos/Failpoints/CommitMark", {
  defaultValue: () => ({ isRefresh: false })
})

/** Dies at the given visit of the failpoint. */
const countdown = (failpoint: string | undefined, visit: number) => {
  let visits = 0
  return (place: Failpoint) => Effect.suspend(() => (place === failpoint && ++visits === visit ? die : Effect.void))
}

/** The ports of a refresh as they are, but that the process dies at the failpoint. */
export const layer = (failpoint: string | undefined, visit: number) => {
  const pass = countdown(failpoint, visit)
  const around =
    (operation: Operation) =>
    <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.tap(Effect.andThen(pass(`${operation}:before`), work), () => pass(`${operation}:after`))
  return Layer.mergeAll(
    Layer.effect(
      TokenRepository,
      Effect.map(TokenRepository, (tokens) => ({
        ...tokens,
        acquireLease: (...args) => around("TokenRepository.acquireLease")(tokens.acquireLease(...args)),
        commitRefresh: (...args) =>
          Effect.tap(tokens.commitRefresh(...args), (isStored) =>
            Effect.map(CommitMark, (mark) => void (mark.isRefresh = isStored))
          )
      }))
    ),
    Layer.effect(
      TokenVault,
      Effect.map(TokenVault, (vault) => ({
        ...vault,
        open: (...args) => around("TokenVault.open")(vault.open(...args))
      }))
    ),
    Layer.effect(
      OAuthClient,
      Effect.map(OAuthClient, (oauth) => ({
        ...oauth,
        refresh: (...args) => around("OAuthClient.refresh")(oauth.refresh(...args))
      }))
    ),
    Layer.effect(
      RefreshJournal,
      Effect.map(RefreshJournal, (journal) => ({
        ...journal,
        write: (entry) => around("RefreshJournal.write")(journal.write(entry)),
        remove: (entry) => around("RefreshJournal.remove")(journal.remove(entry))
      }))
    ),
    Layer.effect(
      UnitOfWork,
      Effect.map(UnitOfWork, (units) => ({
        ...units,
        forUser: (scope, work) =>
          Effect.suspend(() => {
            const mark = { isRefresh: false }
            const passMarked = (place: Failpoint) => Effect.suspend(() => (mark.isRefresh ? pass(place) : Effect.void))
            return units
              .forUser(
                scope,
                Effect.tap(work, () => passMarked("RefreshCommit:before"))
              )
              .pipe(
                Effect.tap(() => passMarked("RefreshCommit:after")),
                Effect.provideService(CommitMark, mark)
              )
          })
      }))
    )
  )
}
