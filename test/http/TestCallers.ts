import { CallerVerification, TokenRejected } from "@oauth-manager/http/server"
import { Permission, Role, type TenantId, UserId } from "@oauth-manager/domain"
import { Effect, Layer, Redacted, Result, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { ada } from "../application/Journey.ts"

const Claims = Schema.fromJsonString(
  Schema.Struct({
    tenant: Schema.String,
    user: Schema.String,
    roles: Schema.Array(Role),
    permissions: Schema.Array(Permission),
    client: Schema.optionalKey(Schema.String)
  })
)

/** A bearer token that the stub believes. */
export const tokenOf = (
  user: string,
  roles: ReadonlyArray<Role> = ["user"],
  {
    permissions = [],
    tenant = ada.tenant,
    ...more
  }: { readonly tenant?: string; readonly permissions?: ReadonlyArray<Permission>; readonly client?: string } = {}
): string =>
  Base64Url.encode(
    Schema.encodeSync(Claims)({
      user,
      roles,
      tenant,
      permissions,
      ...more
    })
  )

export const adasToken = tokenOf(ada.user)
export const servicesToken = tokenOf("worker", ["service"])

const decode = (token: string) =>
  Result.match(Base64Url.decodeString(token), {
    onFailure: () => Effect.fail(new TokenRejected({ reason: "malformed" })),
    onSuccess: (json) =>
      Effect.mapError(Schema.decodeEffect(Claims)(json), () => new TokenRejected({ reason: "malformed" }))
  })

/** Believes whatever a token of `tokenOf` says. */
export const layer = Layer.succeed(
  CallerVerification,
  CallerVerification.of({
    verify: (token) =>
      Effect.map(decode(Redacted.value(token)), ({ tenant, user, ...more }) => ({
        scope: { tenant: tenant as TenantId, user: UserId.make(user) },
        ...more
      })),
    remembered: () => undefined
  })
)
