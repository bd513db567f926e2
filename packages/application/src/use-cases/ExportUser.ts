import type { Authorization, Caller, Consent, Erasure, UserScope } from "@oauth-manager/domain"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { requireAccess } from "../access/Access.ts"
import { Journal } from "../access/Journal.ts"
import { EveryIntegration } from "../erasure/EveryIntegration.ts"
import { ConsentRepository } from "../ports/ConsentRepository.ts"
import { ErasureRepository } from "../ports/ErasureRepository.ts"
import type { IntegrationSummary } from "../ports/IntegrationRepository.ts"
import type { PendingRevocation } from "../ports/RevocationOutbox.ts"
import { type KnownUser, type RecordedEvent, UserRecords } from "../ports/UserRecords.ts"

const pageSize = 1000

/** What is held beside audit events. */
export interface Holdings {
  readonly integrations: ReadonlyArray<IntegrationSummary>
  readonly authorizations: ReadonlyArray<Authorization>
  readonly consents: ReadonlyArray<Consent>
  readonly pendingRevocations: ReadonlyArray<Pick<PendingRevocation, "id" | "integrationId" | "provider" | "attempts">>
  readonly erasure: Option.Option<Erasure>
}

/** A page of all that is held about a user: the audit events in pages, and with the first of them everything else. */
export interface UserExport {
  readonly user: UserScope
  readonly exportedAt: DateTime.Utc
  readonly known: Option.Option<KnownUser>
  readonly holdings: Option.Option<Holdings>
  readonly events: ReadonlyArray<RecordedEvent>
  /** The number of the last event, where more follow. */
  readonly next: Option.Option<number>
}

/** Gives a person all that is held about them, without its secrets. */
export class ExportUser extends Context.Service<ExportUser>()("@oauth-manager/application/use-cases/ExportUser", {
  make: Effect.gen(function* () {
    const records = yield* UserRecords
    const every = yield* EveryIntegration
    const consents = yield* ConsentRepository
    const erasures = yield* ErasureRepository
    const chronicle = yield* Chronicle
    const journal = yield* Journal

    const holdings = Effect.fnUntraced(function* (user: UserScope) {
      const integrations = yield* every.list(user)
      const given = yield* Effect.forEach(integrations, ({ integration: { id } }) => consents.ofIntegration(user, id))
      return {
        integrations,
        authorizations: yield* records.authorizations(user),
        consents: given.flat(),
        pendingRevocations: yield* records.pendingRevocations(user),
        erasure: yield* erasures.find(user)
      }
    })

    /** Before anything is read, so that no page leaves without its event. Nobody becomes known by asking. */
    const record = Effect.fnUntraced(function* (caller: Caller, user: UserScope, { reference }: KnownUser) {
      const event = yield* journal.byCaller(caller, user, {
        action: "user.exported",
        object: { type: "user", id: reference },
        outcome: "success"
      })
      yield* chronicle.record(event)
    })

    return {
      /** The page behind the event with the number `after`; the first where that is none. */
      export: Effect.fn("ExportUser.export")(function* (caller: Caller, user: UserScope, after: Option.Option<number>) {
        yield* requireAccess(caller, user, "integrations:read")
        const known = yield* records.find(user)
        if (Option.isSome(known)) yield* record(caller, user, known.value)
        const events = yield* records.auditEvents(
          user,
          pageSize + 1,
          Option.getOrElse(after, () => 0)
        )
        const page = events.slice(0, pageSize)
        return {
          user,
          exportedAt: yield* DateTime.now,
          known,
          holdings: Option.isSome(after) ? Option.none() : Option.some(yield* holdings(user)),
          events: page,
          next: events.length > pageSize ? Option.fromUndefinedOr(page.at(-1)?.sequence) : Option.none()
        } satisfies UserExport
      })
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
