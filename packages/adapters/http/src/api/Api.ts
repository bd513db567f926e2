import { HttpApi, OpenApi } from "effect/http-api"
import { AuditApi } from "./AuditApi.ts"
import { AuthorizationsApi } from "./AuthorizationsApi.ts"
import { CallbackApi } from "./CallbackApi.ts"
import { ConsentTextsApi } from "./ConsentTextsApi.ts"
import { ConsentsApi } from "./ConsentsApi.ts"
import { FeaturesApi } from "./FeaturesApi.ts"
import { HealthApi } from "./HealthApi.ts"
import { IntegrationsApi } from "./IntegrationsApi.ts"
import { KeysApi } from "./KeysApi.ts"
import { refine } from "./OpenApiDetails.ts"
import { ProvidersApi } from "./ProvidersApi.ts"
import { ScopePoliciesApi } from "./ScopePoliciesApi.ts"
import { TokensApi } from "./TokensApi.ts"
import { UsersApi } from "./UsersApi.ts"

/** The contract of the HTTP API, version 1: what a server implements and a client is derived from. */
export const Api = HttpApi.make("OAuthManager")
  .add(
    HealthApi,
    ProvidersApi,
    AuthorizationsApi,
    CallbackApi,
    IntegrationsApi,
    TokensApi,
    FeaturesApi,
    ConsentsApi,
    UsersApi,
    ScopePoliciesApi,
    ConsentTextsApi,
    KeysApi,
    AuditApi
  )
  .annotate(HttpApi.ParseOptions, { errors: "all" })
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "OAuth Manager",
      version: "1.0.0",
      description:
        "Connects a product's users to third-party OAuth providers and keeps their tokens encrypted and fresh.",
      transform: (document) => refine(document as Parameters<typeof refine>[0])
    })
  )
