import type { Effect } from "effect"
import type { ProviderDefinition } from "../index.ts"
import type { Fault } from "./Fault.ts"
import type { Subject } from "./Subject.ts"
import type { World } from "./World.ts"

/** One thing that must hold of a plugin. */
export interface Case {
  /** A sentence that begins after the group's title. */
  readonly name: string
  /** For all where it is absent. */
  readonly applies?: (definition: ProviderDefinition) => boolean
  readonly run: (world: World) => Effect.Effect<unknown, Fault>
}

/** The cases of one file: always the same, or as many as the plugin declares things. */
export interface CaseGroup {
  readonly title: string
  readonly cases: ReadonlyArray<Case> | ((subject: Subject) => ReadonlyArray<Case>)
}

/** The cases of a group that concern this plugin. */
export const casesOf = ({ cases }: CaseGroup, subject: Subject): ReadonlyArray<Case> =>
  (typeof cases === "function" ? cases(subject) : cases).filter(
    ({ applies }) => applies === undefined || applies(subject.definition)
  )
