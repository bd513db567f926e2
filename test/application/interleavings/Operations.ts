import type { Application } from "@oauth-manager/application"
import type { IntegrationId } from "@oauth-manager/domain"
import { Effect, type Layer, Option, Redacted } from "effect"
import { authorize, complete } from "../Journey.ts"
import { disconnect, idOf, read, refresh } from "../Tokens.ts"
import type { Event } from "./ConnectionModel.ts"
import type { GrantingProvider } from "./GrantingProvider.ts"

/** `consent again` brings no refresh token; `upgrade` names the integration, so that it is for no other. */
export const operations = ["read", "refresh", "disconnect", "authorize", "consent again", "upgrade"] as const
type Operation = (typeof operations)[number]

type Untimed<Timed> = Timed extends Event ? Omit<Timed, "from" | "until"> : never
export type Outcome = Untimed<Event>

/** The user authorizes the account again, with `named` for that integration alone. */
export const authorizeAnew = Effect.fnUntraced(function* (
  { answerTo, id, withhold }: GrantingProvider,
  { named, withholds = false }: { readonly named?: IntegrationId; readonly withholds?: boolean } = {}
) {
  const authorized = yield* authorize({ provider: id, integrationId: Option.fromUndefinedOr(named) })
  if (withholds) withhold(authorized.code)
  return yield* complete(authorized).pipe(
    Effect.map(
      ({ integration }) =>
        ({ _tag: "Authorized", integration: integration.id, ...answerTo(authorized.code) }) satisfies Outcome
    ),
    Effect.catchTag("AuthorizationFailed", (error) =>
      error.error === "account_mismatch" && named !== undefined
        ? Effect.succeed({ _tag: "Refused", integration: named, ...answerTo(authorized.code) } satisfies Outcome)
        : Effect.fail(error)
    )
  )
})

type Services = Layer.Success<typeof Application.layer>

const outcomeOf = (
  operation: Operation,
  provider: GrantingProvider,
  integration: IntegrationId
): Effect.Effect<Outcome, { readonly _tag: string }, Services> => {
  switch (operation) {
    case "read":
      return Effect.map(read(idOf(integration)), ({ accessToken }) => ({
        _tag: "Read",
        integration,
        accessToken: Redacted.value(accessToken)
      }))
    case "refresh":
      return Effect.map(refresh(idOf(integration)), (token) =>
        "accessToken" in token && Redacted.isRedacted(token.accessToken)
          ? { _tag: "Refreshed", integration, accessToken: String(Redacted.value(token.accessToken)) }
          : { _tag: "Failed", error: "the token was withheld" }
      )
    case "disconnect":
      return Effect.as(disconnect(idOf(integration)), { _tag: "Disconnected", integration })
    case "authorize":
      return authorizeAnew(provider)
    case "consent again":
      return authorizeAnew(provider, { withholds: true })
    case "upgrade":
      return authorizeAnew(provider, { named: integration })
  }
}

/** Does something with the integration that is current when it begins, and tells what came of it. */
export const perform = (operation: Operation, provider: GrantingProvider, current: IntegrationId) =>
  outcomeOf(operation, provider, current).pipe(
    Effect.catch((error) =>
      Effect.succeed<Outcome>(
        error._tag === "Disconnected"
          ? { _tag: "Denied", integration: current }
          : { _tag: "Failed", error: JSON.stringify(error) }
      )
    )
  )
