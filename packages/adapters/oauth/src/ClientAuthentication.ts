import type { ClientCredentials, ProviderMisconfigured } from "@oauth-manager/application"
import { type ClientAuthenticationMethod, methodsOf, type ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Effect, Option, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { importClientKey } from "./ClientKey.ts"
import { misconfigured } from "./ErrorClassification.ts"
import * as Issuer from "./Issuer.ts"
import type { ProviderEndpoints } from "./ProviderEndpoints.ts"

/** The application/x-www-form-urlencoded algorithm, which leaves `-`, `.` and `_` as they are. */
const formEncode = (value: string): string => new URLSearchParams([["", value]]).toString().slice(1)

/** @see RFC 6749 §2.3.1 and Appendix B */
export const basicHeader = (clientId: string, secret: Redacted.Redacted<string>): string =>
  `Basic ${btoa(`${formEncode(clientId)}:${formEncode(Redacted.value(secret))}`)}`

/**
 * HTTP Basic with id and secret form-encoded. oauth4webapi's own escapes more than the algorithm does, which servers
 * that compare without decoding refuse.
 */
const basic =
  (secret: Redacted.Redacted<string>): oauth.ClientAuth =>
  (_server, client, _body, headers) =>
    headers.set("authorization", basicHeader(client.client_id, secret))

const assertion = (key: Redacted.Redacted<string>, audience: string) =>
  Effect.tryPromise(async () => {
    const { header: own, privateKey } = await importClientKey(key)
    return oauth.PrivateKeyJwt(privateKey, {
      [oauth.modifyAssertion]: (header, payload) => {
        Object.assign(header, own)
        payload["aud"] = audience
      }
    })
  })

/** What the client proves itself by. */
export type Proof =
  | { readonly method: "private_key_jwt"; readonly key: Redacted.Redacted<string> }
  | { readonly method: "client_secret_basic" | "client_secret_post"; readonly secret: Redacted.Redacted<string> }
  | { readonly method: "none" }

const proofBy = (
  method: ClientAuthenticationMethod,
  { clientKey, clientSecret }: ClientCredentials
): Proof | undefined => {
  if (method === "none") return { method }
  if (method === "private_key_jwt") return clientKey === undefined ? undefined : { method, key: clientKey }
  return clientSecret === undefined || Redacted.value(clientSecret) === ""
    ? undefined
    : { method, secret: clientSecret }
}

/** By the plugin's methods, a key before a secret and a secret before nothing; none where what is given suits no method. */
export const proofOf = (
  { clientAuthentication }: ProviderDefinition,
  credentials: ClientCredentials
): Option.Option<Proof> => {
  const proofs = methodsOf(clientAuthentication)
    .map((method) => proofBy(method, credentials))
    .filter((proof) => proof !== undefined)
  return Option.fromUndefinedOr(
    proofs.find(({ method }) => method === "private_key_jwt")
      ?? proofs.find(({ method }) => method !== "none")
      ?? proofs[0]
  )
}

const otherWay = { client_secret_basic: "client_secret_post", client_secret_post: "client_secret_basic" } as const

/** The plugin's way to send a secret, unless the issuer's metadata offer only the other one. */
const offeredWay = (wanted: keyof typeof otherWay, { metadata }: ProviderEndpoints): keyof typeof otherWay => {
  const offered = Option.getOrUndefined(metadata)?.clientAuthentication
  return offered === undefined || offered.includes(wanted) || !offered.includes(otherWay[wanted])
    ? wanted
    : otherWay[wanted]
}

/** A template of issuers names no server that a client could address. */
const audienceOf = ({ tokenRequests }: ProviderDefinition, { issuer, token }: ProviderEndpoints): string =>
  tokenRequests?.assertionAudience === "token_endpoint" || issuer === undefined || Issuer.isTemplate(issuer)
    ? token
    : issuer

/** How the client of a deployment authenticates; fails where its key cannot be read. */
export const make = (
  definition: ProviderDefinition,
  proof: Proof,
  endpoints: ProviderEndpoints
): Effect.Effect<oauth.ClientAuth, ProviderMisconfigured> => {
  if (proof.method === "none") return Effect.succeed(oauth.None())
  if (proof.method === "private_key_jwt") {
    return Effect.mapError(assertion(proof.key, audienceOf(definition, endpoints)), () =>
      misconfigured(definition.id, "not_configured")
    )
  }
  return Effect.succeed(
    offeredWay(proof.method, endpoints) === "client_secret_post"
      ? oauth.ClientSecretPost(Redacted.value(proof.secret))
      : basic(proof.secret)
  )
}
