import { actingRole, type AuditEvent, AuditEventId, type Caller, type UserScope } from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"

/** What a use-case says of an event; who, when and in which request are added here. */
export type Entry = Pick<
  AuditEvent,
  "action" | "object" | "integrationId" | "outcome" | "reason" | "purpose" | "generation"
>

/** Who acts: a caller, or the service by itself. */
export type Actor = Caller | "background"

const actorOf = (caller: Caller): NonNullable<AuditEvent["actor"]> => ({
  scope: caller.scope,
  role: actingRole(caller),
  ...(caller.client === undefined ? {} : { client: caller.client }),
  ...(caller.address === undefined ? {} : { address: caller.address })
})

/** Makes audit events of what callers do, each with an id and the time. */
export class Journal extends Context.Service<Journal>()("@oauth-manager/application/access/Journal", {
  make: Effect.gen(function* () {
    const random = yield* SecureRandom.SecureRandom
    const event = Effect.fnUntraced(function* (
      about: UserScope,
      requestId: string,
      entry: Entry,
      actor?: AuditEvent["actor"]
    ) {
      return {
        ...entry,
        id: AuditEventId.make(yield* random.uuidV7()),
        occurredAt: yield* DateTime.now,
        about,
        requestId,
        ...(actor === undefined ? {} : { actor })
      } satisfies AuditEvent
    })
    return {
      /** An event of something a caller did to the data of `about`. */
      byCaller: (caller: Caller, about: UserScope, entry: Entry): Effect.Effect<AuditEvent> =>
        event(about, caller.requestId, entry, actorOf(caller)),
      /** An event of what a caller or the service by itself did to the data of `about`. */
      by: (actor: Actor, about: UserScope, entry: Entry): Effect.Effect<AuditEvent> =>
        actor === "background"
          ? event(about, "background", entry)
          : event(about, actor.requestId, entry, actorOf(actor)),
      /** An event that nobody signed in caused: a browser at the callback, or the service by itself. */
      byNobody: (about: UserScope, requestId: string, entry: Entry): Effect.Effect<AuditEvent> =>
        event(about, requestId, entry)
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
