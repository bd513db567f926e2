import { Effect } from "effect"
import type { Settings } from "../../configuration/ServerConfiguration.ts"
import * as CoreDumps from "../../hardening/CoreDumps.ts"
import { type Finding, ok, warn } from "./Finding.ts"

const check = "core dumps"

/** Whether a crash leaves the memory on disk, as far as a server is started like this command. */
export const findings = ({ production }: Pick<Settings, "production">): Effect.Effect<ReadonlyArray<Finding>> =>
  production
    ? Effect.map(CoreDumps.arePossible, (arePossible) => [
        arePossible
          ? warn(check, "a crash would write the memory, with all secrets, to disk", `A server: ${CoreDumps.remedy}`)
          : ok(check, "a crash leaves no memory on disk")
      ])
    : Effect.succeed([])
