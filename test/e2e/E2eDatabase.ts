import { Effect, Exit, Redacted, Scope } from "effect"
import { emptyDatabase } from "../postgres/TestDatabase.ts"

export interface E2eDatabase {
  readonly url: string
  readonly drop: () => Promise<void>
}

/** An empty database on the run's PostgreSQL server, as a new deployment finds it. */
export const databaseFor = async (): Promise<E2eDatabase> => {
  const scope = Scope.makeUnsafe()
  const url = await Effect.runPromise(Scope.provide(emptyDatabase, scope))
  return { url: Redacted.value(url), drop: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}
