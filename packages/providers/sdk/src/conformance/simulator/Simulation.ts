import type { ClientCredentials } from "@oauth-manager/application"
import type { JsonObject, ProviderDefinition } from "../../index.ts"
import type { Options } from "../Options.ts"
import { type Answer, json } from "./Answer.ts"
import { errorBody, errorStatus } from "./ErrorShape.ts"
import { Grants } from "./Grants.ts"
import { sign } from "./IdTokens.ts"
import { atProvider, moved, type Places, placesOf } from "./Loopback.ts"
import type { Received } from "./Received.ts"
import { type TokenShape, tokenShape } from "./TokenShape.ts"

export type Endpoint = "discovery" | "jwks" | "token" | "revocation" | "introspection" | "userinfo" | "api"

type Reaction = (request: Received) => Answer | Promise<Answer>

interface Setup {
  readonly origin: string
  /** The provider as it truly is, at its real addresses. */
  readonly truth: ProviderDefinition
  readonly credentials: ClientCredentials
  readonly redirectUri: string
  readonly options: Options
  /** Where faults are noted; a simulation of the same case may share them. */
  readonly faults?: Array<string>
}

/**
 * One simulated provider: what it is, what it gave out and received, and how it is to misbehave. Every request that the
 * provider would not understand is a fault of the plugin, said in the words of its manifest.
 */
export class Simulation {
  readonly origin: string
  readonly truth: ProviderDefinition
  readonly places: Places
  readonly credentials: ClientCredentials
  readonly redirectUri: string
  readonly options: Options
  readonly shape: TokenShape | undefined
  readonly grants = new Grants()
  readonly faults: Array<string>
  /** The successes of the token endpoint, in the form of RFC 6749 §5.1. */
  readonly issued: Array<JsonObject> = []
  readonly received: Array<{ readonly endpoint: Endpoint | undefined; readonly request: Received }> = []
  /** Change what the next answers say. */
  tokens: (body: JsonObject) => JsonObject = (body) => body
  claims: (claims: JsonObject) => JsonObject = (claims) => claims
  account: (body: JsonObject) => JsonObject = (body) => body
  sign: (claims: JsonObject) => Promise<string> = sign
  readonly #reactions = new Map<Endpoint, Reaction>()

  constructor({ credentials, faults = [], options, origin, redirectUri, truth }: Setup) {
    this.faults = faults
    this.origin = origin
    this.truth = moved(truth, origin)
    this.places = placesOf(this.truth)
    this.credentials = credentials
    this.redirectUri = redirectUri
    this.options = options
    this.shape = tokenShape(truth, options.documentedTokens ?? [])
  }

  /** From now on an endpoint answers so. */
  on(endpoint: Endpoint, reaction: Reaction): void {
    this.#reactions.set(endpoint, reaction)
  }

  reaction(endpoint: Endpoint): Reaction | undefined {
    return this.#reactions.get(endpoint)
  }

  requests(endpoint: Endpoint): ReadonlyArray<Received> {
    return this.received.filter((one) => one.endpoint === endpoint).map(({ request }) => request)
  }

  /** The address as the author wrote it. */
  written(url: string): string {
    return atProvider(this.origin, url)
  }

  /** Notes faults of the plugin, and refuses the request. */
  complain(faults: ReadonlyArray<string>, status = errorStatus(this.truth.errors)): Answer {
    this.faults.push(...faults.filter((fault) => !this.faults.includes(fault)))
    return json(errorBody(this.truth.errors, { code: "invalid_request" }), status)
  }
}
