import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Context, Data, type Effect, type Option, type Redacted } from "effect"

export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
}

/** `PROVIDER_<ID>_*` settings that take the place of what the plugin says. */
export interface EndpointOverrides {
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly revocationEndpoint?: string
  readonly userinfoEndpoint?: string
  readonly jwksUri?: string
}

/** A loaded plugin with the deployment's configuration. Without credentials it is listed but cannot be used. */
export interface RegisteredProvider {
  readonly definition: ProviderDefinition
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
