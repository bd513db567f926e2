import type { AuditEvent } from "@oauth-manager/domain"
import { Context, type Effect } from "effect"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

export class AuditTrail extends Context.Service<
  AuditTrail,
  {
    /** Writes events in the unit of work around it: they are there exactly when its effects are. */
    readonly record: (...events: ReadonlyArray<AuditEvent>) => Effect.Effect<void, RepositoryUnavailable>
    /**
     * Writes an event of its own and answers when it is committed, together with those of the callers beside it:
     * one writer at a time takes all that wait, so an idle service adds one round trip and a busy one shares it.
     * For use outside units of work, whose end it does not wait for.
     */
    readonly recordAlone: (event: AuditEvent) => Effect.Effect<void, RepositoryUnavailable>
    /** Fails where no event can be recorded now: for whoever is about to ask a provider for what must be recorded. */
    readonly ready: Effect.Effect<void, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/AuditTrail") {}
