import { Cause, Effect, Predicate } from "effect"

/** The errors and defects in it. */
export const reasonsOf = (cause: Cause.Cause<unknown>): ReadonlyArray<unknown> =>
  cause.reasons
    .filter((reason) => !Cause.isInterruptReason(reason))
    .map((reason) => (Cause.isDieReason(reason) ? reason.defect : reason.error))

const framesOf = (error: Error): ReadonlyArray<string> =>
  String(error.stack)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .slice(0, 20)

const text = (fault: unknown, property: "_tag" | "kind" | "reason"): Record<string, string> =>
  Predicate.hasProperty(fault, property) && typeof fault[property] === "string" ? { [property]: fault[property] } : {}

/** Messages may quote what a user or a provider sent (a JSON parser's do), and so stay out of the log. */
const describe = (fault: unknown): Record<string, unknown> => ({
  fault: fault instanceof Error ? fault.name : typeof fault,
  ...text(fault, "_tag"),
  ...text(fault, "kind"),
  ...text(fault, "reason"),
  ...(fault instanceof Error ? { frames: framesOf(fault) } : {})
})

/** Logs a fault of the service: what it is and where it happened, never what was being handled. */
export const reportFault = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.forEach(reasonsOf(cause), (fault) => Effect.annotateLogs(Effect.logError("internal error"), describe(fault)), {
    discard: true
  })
