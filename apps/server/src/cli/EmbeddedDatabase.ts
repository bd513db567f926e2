import { EmbeddedPostgres } from "@oauth-manager/postgres"
import { Effect, Option } from "effect"
import * as DataFolder from "../configuration/DataFolder.ts"
import { commandFailed } from "./CommandFailed.ts"

/** The embedded PostgreSQL: that of a service which runs here, else one for as long as the command does. */
export const url = Effect.fnUntraced(function* (dataDir: string) {
  const folder = DataFolder.postgres(dataDir)
  const running = yield* EmbeddedPostgres.running(folder)
  return Option.isSome(running) ? running.value : (yield* EmbeddedPostgres.start({ dataDir: folder })).url
}, Effect.mapError(commandFailed))
