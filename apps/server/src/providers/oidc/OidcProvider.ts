import { ProviderId, Scope } from "@oauth-manager/domain"
import { readProvider } from "@oauth-manager/provider-sdk"
import { Effect, Option, Result, Schema, SchemaTransformation } from "effect"
import { endpoint } from "../../configuration/ProviderEndpoints.ts"
import { variable } from "../../configuration/ProviderVariable.ts"
import { setting, withDefault } from "../../configuration/Setting.ts"
import { StartupFailed } from "../../StartupFailed.ts"
import type { LoadedPlugin } from "../LoadedPlugin.ts"
import { type OidcConfiguration, oidcManifest } from "./OidcManifest.ts"

/** The id in an entry of PROVIDERS, where that is `oidc:<id>`, or `oidc` alone. */
export const idOf = (entry: string): Option.Option<string> =>
  entry === "oidc" || entry.startsWith("oidc:") ? Option.some(entry.slice("oidc:".length) || "oidc") : Option.none()

const Scopes = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(Scope),
    SchemaTransformation.transform({
      decode: (text): ReadonlyArray<string> => text.split(/[\s,]+/).filter((scope) => scope !== ""),
      encode: (scopes) => scopes.join(" ")
    })
  )
)

const Name = Schema.Trim.check(Schema.isMaxLength(100))
const Pkce = Schema.Literals(["required", "unsupported"]).annotate({ message: "must be required or unsupported" })
const Method = Schema.Literals(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]).annotate({
  message: "must be client_secret_basic, client_secret_post, private_key_jwt or none"
})

const refuse = (message: string) => Effect.fail(new StartupFailed({ message }))

const configuration = Effect.fnUntraced(function* (
  entry: string,
  id: string,
  production: boolean
): Effect.fn.Return<OidcConfiguration, StartupFailed> {
  const named = (name: string) => variable(id, name)
  const issuer = yield* endpoint(named("ISSUER"), production)
  if (issuer === undefined) return yield* refuse(`${named("ISSUER")}: must be set, since PROVIDERS names ${entry}`)
  const pkce = yield* withDefault<typeof Pkce.Type>("required")(setting(named("PKCE"), Pkce))
  const clientAuthentication = yield* withDefault<typeof Method.Type>("client_secret_basic")(
    setting(named("CLIENT_AUTHENTICATION"), Method)
  )
  if (clientAuthentication === "none" && pkce !== "required") {
    return yield* refuse(`${named("PKCE")}: must be required, since ${named("CLIENT_AUTHENTICATION")} is none`)
  }
  return {
    id,
    issuer,
    name: yield* withDefault(new URL(issuer).host)(setting(named("NAME"), Name)),
    scopes: yield* withDefault<ReadonlyArray<string>>(["openid", "email", "profile"])(setting(named("SCOPES"), Scopes)),
    pkce,
    clientAuthentication
  }
})

/** A provider that keeps to OpenID Connect, by `PROVIDER_<ID>_*` alone. */
export const load = Effect.fnUntraced(function* (
  entry: string,
  id: string,
  production: boolean
): Effect.fn.Return<LoadedPlugin, StartupFailed> {
  if (!Schema.is(ProviderId)(id)) {
    return yield* refuse(
      `PROVIDERS: the id in ${entry} must be 1 to 32 lower-case letters, digits or hyphens, beginning with a letter`
    )
  }
  const read = readProvider(oidcManifest(yield* configuration(entry, id, production)))
  return Result.isSuccess(read)
    ? { entry, definition: read.success, isConfigured: true }
    : yield* refuse([`PROVIDERS: ${entry} makes no provider:`, ...read.failure].join("\n  "))
})
