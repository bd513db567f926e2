import {
  AccountSetupRequired,
  GrantRefused,
  IdentityRejected,
  type ProviderMisconfigured,
  type ProviderUnavailable
} from "@oauth-manager/application"
import { type Identity, type JsonObject, readPath, readText } from "@oauth-manager/provider-sdk"
import { Data, type Duration, Effect, Option, Redacted, Schedule } from "effect"
import * as AccountFields from "./AccountFields.ts"
import { classifyStatus, unavailable } from "./ErrorClassification.ts"
import * as Issuer from "./Issuer.ts"
import { bodyObject } from "./JsonObject.ts"
import type { PreparedProvider } from "./PreparedProvider.ts"
import type { ProviderResponse, Send } from "./ProviderHttp.ts"
import { isInformative } from "./ResponseStatus.ts"

type Asked = Extract<Identity, { readonly kind: "userinfo" | "api" }>

/** The provider takes the token, but does not say for it whose it is: a scope is missing, say, or a quota is used up. */
export class AnswerDenied extends Data.TaggedError("AnswerDenied")<
  Pick<ProviderUnavailable, "provider" | "retryAfter">
> {}

type Failure =
  | AccountSetupRequired
  | AnswerDenied
  | GrantRefused
  | IdentityRejected
  | ProviderUnavailable
  | ProviderMisconfigured

/** Where the provider tells whose an access token is; none where the deployment moved the tokens but not that place. */
export const address = ({ definition, endpoints }: PreparedProvider): Option.Option<readonly [string, Asked]> => {
  const { identity } = definition
  if (identity.kind === "userinfo" && endpoints.userinfo !== undefined) {
    return Option.some([endpoints.userinfo, identity])
  }
  return identity.kind === "api" && endpoints.api !== undefined
    ? Option.some([`${endpoints.api.replace(/\/+$/, "")}${identity.path}`, identity])
    : Option.none()
}

/**
 * Where another operator's tokens come without an ID token: the userinfo endpoint that the deployment named beside them
 * tells the same subject. Where more than the subject of an ID token is looked at, nothing stands in for it.
 */
export const addressWithoutIdToken = ({
  definition: { hooks, identity },
  endpoints: { hasForeignTokens, issuer, isUserinfoNamed, userinfo }
}: PreparedProvider): Option.Option<readonly [string, Asked]> => {
  const isBySubject =
    identity.kind === "id_token"
    && [identity.id ?? "sub"].flat().join() === "sub"
    && hooks?.acceptsIdentity === undefined
    && hooks?.account === undefined
  return isBySubject
    && hasForeignTokens
    && isUserinfoNamed
    && userinfo !== undefined
    && !Issuer.isTemplate(issuer ?? "")
    ? Option.some([userinfo, { kind: "userinfo", id: "sub", email: "email", name: "name" }])
    : Option.none()
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)

const needsSetup = (identity: Asked, status: number, body: JsonObject): boolean => {
  const required = identity.kind === "api" ? identity.setupRequired : undefined
  if (required === undefined) return false
  const { emptyAt, error } = required
  if (status < 400) return emptyAt !== undefined && isEmpty(readPath(body, emptyAt))
  return error !== undefined && error.status === status && error.is.includes(readText(body, error.path) ?? "")
}

/** The access token is somebody else's (OpenID Connect Core §5.3.2). */
const isOfAnother = (identity: Asked, body: JsonObject, subject: string | undefined): boolean =>
  identity.kind === "userinfo" && subject !== undefined && (readText(body, "sub") ?? subject) !== subject

const interpret = (
  provider: PreparedProvider,
  identity: Asked,
  subject: string | undefined,
  response: ProviderResponse
): Effect.Effect<AccountFields.Fields, Failure> => {
  const { definition, id } = provider
  const { status } = response
  const byStatus = classifyStatus(id, response)
  if (Option.isSome(byStatus)) return Effect.fail(byStatus.value)
  const read = bodyObject(response)
  if (status < 400 && Option.isNone(read)) {
    return Effect.fail(unavailable(id, "unusable_response", response.retryAfter))
  }
  const body = Option.getOrElse(read, (): JsonObject => ({}))
  if (needsSetup(identity, status, body)) return Effect.fail(new AccountSetupRequired({ provider: id }))
  if (status === 401) return Effect.fail(new GrantRefused({ provider: id }))
  if (status >= 400) return Effect.fail(new AnswerDenied({ provider: id, retryAfter: response.retryAfter }))
  const fields = AccountFields.read(definition, body, identity)
  return Option.isSome(fields) && !isOfAnother(identity, body, subject)
    ? Effect.succeed(fields.value)
    : Effect.fail(new IdentityRejected({ provider: id }))
}

const mayPass = (failure: Failure): boolean =>
  failure._tag === "ProviderUnavailable"
  && (failure.reason === "unreachable" || failure.reason === "timeout" || failure.reason === "server_error")

const twice = Schedule.exponential("200 millis").pipe(Schedule.upTo({ times: 2 }))

/** For all tries together: the caller's claim on the authorization has an end. */
const patience: Duration.Input = "10 seconds"

/**
 * Asks the provider whose account an access token is for (RFC 6750 §2.1), up to three times where it cannot answer. An
 * answer about another person than the ID token's `subject` is refused.
 */
export const ask = (
  send: Send,
  provider: PreparedProvider,
  [url, identity]: readonly [string, Asked],
  accessToken: Redacted.Redacted<string>,
  subject?: string
): Effect.Effect<AccountFields.Fields, Failure> => {
  const headers = { ...identity.headers, authorization: `Bearer ${Redacted.value(accessToken)}` }
  return send(provider, { method: "GET", url, headers, body: undefined }, isInformative).pipe(
    Effect.flatMap((response) => interpret(provider, identity, subject, response)),
    Effect.retry({ schedule: twice, while: mayPass }),
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(unavailable(provider.id, "timeout")) })
  )
}
