import {
  type AuthorizationRequest,
  type ClientCredentials,
  OAuthClient,
  type RegisteredProvider
} from "@oauth-manager/application"
import { type Scope, ScopeCatalogue } from "@oauth-manager/domain"
import { Oauth4webapiClient } from "@oauth-manager/oauth"
import { type Duration, Effect, Option, Redacted, Result } from "effect"
import type { HttpClient } from "effect/http"
import { generateKeyPairSync } from "node:crypto"
import { type ClientAuthenticationMethod, methodsOf, type ProviderDefinition } from "../index.ts"
import { Listener } from "./simulator/Listener.ts"
import { moved } from "./simulator/Loopback.ts"
import { Simulation } from "./simulator/Simulation.ts"
import type { Subject } from "./Subject.ts"

/** What a case works with: the client of the service, and a simulated provider of its own. */
export interface World extends Subject {
  readonly client: OAuthClient["Service"]
  readonly provider: RegisteredProvider
  readonly simulation: Simulation
  /** For every feature of the plugin. */
  readonly request: AuthorizationRequest
  /** A client that soon gives up. */
  readonly hasty: OAuthClient["Service"]
  /** A world whose client authenticates by another of the plugin's methods. */
  readonly authenticatedBy: (method: ClientAuthenticationMethod) => World
}

export const clientId = "conformance-client"
/** Letters that only a client that encodes them gets across (RFC 6749 §2.3.1). */
export const clientSecret = "conformance s3cret+&%=/:?"

let key: string | undefined

const clientKey = (): string =>
  (key ??= generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" }
  }).privateKey)

const credentialsFor = (method: ClientAuthenticationMethod): ClientCredentials => {
  if (method === "none") return { clientId }
  return method === "private_key_jwt"
    ? { clientId, clientKey: Redacted.make(clientKey()) }
    : { clientId, clientSecret: Redacted.make(clientSecret) }
}

/** All that a product could ask for. */
export const everyScope = (definition: ProviderDefinition): ReadonlyArray<Scope> =>
  Result.getOrThrow(
    ScopeCatalogue.requestedScopes(definition, { scopes: [], features: definition.features.map(({ id }) => id) })
  )

type Client = OAuthClient["Service"]

const make = (
  subject: Subject,
  clients: readonly [usual: Client, hasty: Client],
  listener: Listener["Service"],
  method: ClientAuthenticationMethod,
  faults: Array<string> = []
): World => {
  const { definition, options, settings, truth } = subject
  const credentials = credentialsFor(method)
  const redirectUri = `http://localhost:8002/v1/callback/${definition.id}`
  const simulation = listener.host(
    (origin) => new Simulation({ origin, truth, credentials, redirectUri, options, faults })
  )
  const [client, hasty] = clients
  return {
    ...subject,
    client,
    hasty,
    simulation,
    provider: {
      definition: moved(definition, simulation.origin),
      settings,
      credentials: Option.some(credentials),
      overrides: {},
      redirectUri
    },
    request: {
      scopes: everyScope(definition),
      redirectUri,
      loginHint: Option.none(),
      incremental: false,
      needsRefreshToken: definition.refreshTokens !== false,
      claims: Option.none()
    },
    authenticatedBy: (other) => make(subject, clients, listener, other, faults)
  }
}

/** The method that is used without a choice: of several, the first that is no key. */
export const usualMethod = ({ clientAuthentication }: ProviderDefinition): ClientAuthenticationMethod => {
  const methods = methodsOf(clientAuthentication)
  return methods.find((method) => method !== "private_key_jwt") ?? methods[0] ?? "none"
}

const clientWith = (deadline: Duration.Input) =>
  Effect.provide(OAuthClient, Oauth4webapiClient.layerWith({ deadline }), { local: true })

/** A world of its own, so that no case sees what another one left behind. */
export const build = (subject: Subject): Effect.Effect<World, never, HttpClient.HttpClient | Listener> =>
  Effect.gen(function* () {
    const clients = [yield* clientWith("4 seconds"), yield* clientWith("150 millis")] as const
    return make(subject, clients, yield* Listener, usualMethod(subject.definition))
  })
