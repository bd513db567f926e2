import { Context, Effect, Layer, Option, Schema } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import * as AuditSettings from "./AuditSettings.ts"
import * as DatabaseSettings from "./DatabaseSettings.ts"
import * as EgressSettings from "./EgressSettings.ts"
import * as KeySettings from "./KeySettings.ts"
import * as LimitSettings from "./LimitSettings.ts"
import { refuse } from "./Problems.ts"
import * as ProcessSettings from "./ProcessSettings.ts"
import * as RoleSettings from "./RoleSettings.ts"
import {
  Flag,
  HttpUrl,
  isLoopback,
  isPlainHttp,
  List,
  Origins,
  Port,
  ReturnUrlList,
  setting,
  withDefault
} from "./Setting.ts"

/** Who signs the callers' tokens. */
export interface CallerIssuer {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
}

export interface Settings
  extends
    DatabaseSettings.DatabaseSettings,
    KeySettings.KeySettings,
    AuditSettings.AuditSettings,
    RoleSettings.RoleSettings,
    LimitSettings.LimitSettings {
  readonly production: boolean
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly callers: Option.Option<CallerIssuer>
  readonly claims: { readonly tenant: Option.Option<string>; readonly roles: string; readonly scope: string }
  readonly plugins: ReadonlyArray<string>
  /** The product's own features. */
  readonly featuresFile: Option.Option<string>
  readonly sandboxPort: number
  readonly returnUrls: ReadonlyArray<string>
  readonly corsOrigins: ReadonlyArray<string>
  /** Is an authorization that begins in a browser tied to it by a cookie? */
  readonly bindingCookie: boolean
  readonly egress: EgressSettings.EgressSettings
}

const productionPlugins = [
  "@oauth-manager/provider-google",
  "@oauth-manager/provider-microsoft",
  "@oauth-manager/provider-notion",
  "@oauth-manager/provider-youtube"
]
const developmentPlugins = [...productionPlugins, "@oauth-manager/provider-sandbox"]

const withoutTrailingSlash = (url: string): string => url.replace(/\/+$/, "")

const callerSettings = Effect.all({
  AUTH_ISSUER: setting("AUTH_ISSUER", Schema.String),
  AUTH_AUDIENCE: setting("AUTH_AUDIENCE", Schema.String),
  AUTH_JWKS_URL: setting("AUTH_JWKS_URL", HttpUrl)
})

/** The three settings belong together: some of them without the others are a mistake, in development too. */
const callers = Effect.gen(function* () {
  const settings = yield* callerSettings
  const missing = Object.entries(settings).flatMap(([name, value]) => (Option.isNone(value) ? [name] : []))
  if (missing.length === Object.keys(settings).length) return { issuer: Option.none<CallerIssuer>(), missing }
  const complete = Option.all({
    issuer: settings.AUTH_ISSUER,
    audience: settings.AUTH_AUDIENCE,
    jwksUrl: settings.AUTH_JWKS_URL
  })
  return Option.isSome(complete)
    ? { issuer: complete, missing }
    : yield* refuse(
        `${missing.join(", ")}: must be set too, since AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL belong together`,
        { issuer: Option.none<CallerIssuer>(), missing: [] }
      )
})

/** Browsers keep such a cookie from https alone, and from their own machine. */
const bindingCookie = Effect.fnUntraced(function* (publicUrl: string) {
  const isOn = yield* withDefault(false)(setting("BINDING_COOKIE", Flag))
  return isOn && isPlainHttp(publicUrl) && !isLoopback(publicUrl)
    ? yield* refuse("BINDING_COOKIE: needs a PUBLIC_URL that begins with https://", false)
    : isOn
})

export const refuseDevelopmentDefaults = (missing: ReadonlyArray<string>) =>
  missing.length === 0
    ? Effect.void
    : refuse(
        `NODE_ENV is production, where there are no development defaults. Set ${missing.join(", ")} `
          + `(what each means is in docs/deployment.md).`,
        undefined
      )

/** Reads the environment, as docs/deployment.md describes it. In production it refuses what only development defaults. */
export const read: Effect.Effect<Settings, StartupFailed> = Effect.gen(function* () {
  const production = yield* DatabaseSettings.production
  if (production) yield* ProcessSettings.refuseOpenProcess(process.execArgv)
  const port = yield* withDefault(8002)(setting("PORT", Port))
  const publicUrl = withoutTrailingSlash(yield* withDefault(`http://localhost:${port}`)(setting("PUBLIC_URL", HttpUrl)))
  const database = yield* DatabaseSettings.databaseSettings
  const { issuer, missing } = yield* callers
  const vaultKeys = yield* KeySettings.vaultKeys
  const audit = yield* AuditSettings.read(database.dataDir)
  if (production) {
    yield* refuseDevelopmentDefaults([
      ...(Option.isNone(database.databaseUrl) ? ["DATABASE_URL"] : []),
      ...(Option.isNone(vaultKeys) ? ["VAULT_KEYS"] : []),
      ...(Option.isNone(audit.auditSigningKey) ? ["AUDIT_SIGNING_KEY"] : []),
      ...missing
    ])
  }
  return {
    production,
    host: yield* withDefault("127.0.0.1")(setting("HOST", Schema.String)),
    port,
    publicUrl,
    ...database,
    callers: issuer,
    claims: {
      tenant: yield* setting("AUTH_CLAIM_TENANT", Schema.String),
      roles: yield* withDefault("roles")(setting("AUTH_CLAIM_ROLES", Schema.String)),
      scope: yield* withDefault("scope")(setting("AUTH_CLAIM_SCOPE", Schema.String))
    },
    ...(yield* RoleSettings.roleSettings),
    ...(yield* LimitSettings.limitSettings),
    vaultKeys,
    ...audit,
    plugins: yield* withDefault<ReadonlyArray<string>>(production ? productionPlugins : developmentPlugins)(
      setting("PROVIDERS", List)
    ),
    featuresFile: yield* setting("FEATURES_FILE", Schema.Trim),
    sandboxPort: yield* withDefault(8003)(setting("SANDBOX_PORT", Port)),
    returnUrls: yield* withDefault<ReadonlyArray<string>>(production ? [] : [publicUrl])(
      setting("RETURN_URLS", ReturnUrlList)
    ),
    corsOrigins: yield* withDefault<ReadonlyArray<string>>([])(setting("CORS_ORIGINS", Origins)),
    bindingCookie: yield* bindingCookie(publicUrl),
    egress: yield* EgressSettings.egressSettings
  }
})

/** What the environment says, read once. */
export class ServerConfiguration extends Context.Service<ServerConfiguration, Settings>()(
  "@oauth-manager/server/configuration/ServerConfiguration"
) {
  static readonly layer = Layer.effect(this, read)
}
