import type { AuditEvent } from "@oauth-manager/domain"
import { Effect } from "effect"
import { recordedAbout } from "../fakes/InMemoryAuditTrail.ts"
import { ada } from "./Journey.ts"

/** What is on the audit trail about Ada. */
export const events = recordedAbout(ada)

export const actions = Effect.map(events, (all) => all.map(({ action }) => action))

export const eventsOf = (...wanted: ReadonlyArray<AuditEvent["action"]>) =>
  Effect.map(events, (all) => all.filter(({ action }) => wanted.includes(action)))

/** What an event says of how something ended. */
export const endings = (...wanted: ReadonlyArray<AuditEvent["action"]>) =>
  Effect.map(eventsOf(...wanted), (all) => all.map(({ outcome, reason }) => ({ outcome, reason })))
