import type { ProviderDefinition, SettingValues } from "@oauth-manager/provider-sdk"
import { Context, Data, type Effect, type Option, type Redacted } from "effect"

export interface ClientCredentials {
  readonly clientId: string
  /** Absent for a public client, and where the client authenticates with a key alone. */
  readonly clientSecret?: Redacted.Redacted<string>
  /** The private key for `private_key_jwt`: a JWK in JSON, or PKCS #8 in PEM. */
  readonly clientKey?: Redacted.Redacted<string>
}

/** `PROVIDER_<ID>_*` settings that take the place of what the plugin says. */
export interface EndpointOverrides {
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly revocationEndpoint?: string
  readonly introspectionEndpoint?: string
  readonly userinfoEndpoint?: string
  readonly jwksUri?: string
  readonly apiBaseUrl?: string
}

/** A loaded plugin with the deployment's configuration. Without credentials it is listed but cannot be used. */
export interface RegisteredProvider {
  /** With the deployment's settings filled in. */
  readonly definition: ProviderDefinition
  readonly settings: SettingValues
  readonly credentials: Option.Option<ClientCredentials>
  readonly overrides: EndpointOverrides
  readonly redirectUri: string
}

export class UnknownProvider extends Data.TaggedError("UnknownProvider")<{ readonly provider: string }> {}

export class ProviderRegistry extends Context.Service<
  ProviderRegistry,
  {
    readonly get: (id: string) => Effect.Effect<RegisteredProvider, UnknownProvider>
    /** In the order of ids. */
    readonly list: Effect.Effect<ReadonlyArray<RegisteredProvider>>
  }
>()("@oauth-manager/application/ports/ProviderRegistry") {}
