import { ReplayErasures } from "@oauth-manager/application"
import { Effect, Layer } from "effect"
import { StartupFailed } from "../StartupFailed.ts"

/** Nothing is served, and no answer replayed, before all who were erased are gone: the database may come from a backup. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { replay } = yield* ReplayErasures
    const count = yield* replay().pipe(
      Effect.mapError(
        ({ operation }) =>
          new StartupFailed({ message: `DATA_DIR or DATABASE_URL: erasures could not be replayed (${operation})` })
      )
    )
    if (count > 0) yield* Effect.logWarning(`persons that a backup brought back were erased again: ${count}`)
  })
)
