import type { Authorization, Integration, Token } from "@oauth-manager/domain"
import { Redacted, Schema } from "effect"
import type { CallbackParameters, FlowSecrets } from "../ports/OAuthClient.ts"
import type { SealingContext } from "../ports/TokenVault.ts"

const FlowJson = Schema.fromJsonString(Schema.Struct({ codeVerifier: Schema.String, nonce: Schema.String }))

export const sealFlow = (flow: FlowSecrets): Redacted.Redacted<string> =>
  Redacted.make(
    Schema.encodeSync(FlowJson)({
      codeVerifier: Redacted.value(flow.codeVerifier),
      nonce: Redacted.value(flow.nonce)
    })
  )

export const openFlow = (opened: Redacted.Redacted<string>): FlowSecrets => {
  const flow = Schema.decodeSync(FlowJson)(Redacted.value(opened))
  return { codeVerifier: Redacted.make(flow.codeVerifier), nonce: Redacted.make(flow.nonce) }
}

const CallbackJson = Schema.fromJsonString(
  Schema.Struct({ code: Schema.String, iss: Schema.optionalKey(Schema.String) })
)

/** What of the provider's redirect is kept until the user completes: the code, and the issuer that sent it. */
export const sealCallback = (code: Redacted.Redacted<string>, { iss }: CallbackParameters): Redacted.Redacted<string> =>
  Redacted.make(Schema.encodeSync(CallbackJson)({ code: Redacted.value(code), ...(iss === undefined ? {} : { iss }) }))

export const openCallback = (opened: Redacted.Redacted<string>): CallbackParameters => {
  const { code, ...issuer } = Schema.decodeSync(CallbackJson)(Redacted.value(opened))
  return { code: Redacted.make(code), ...issuer }
}

export const flowContext = (authorization: Authorization): SealingContext => ({
  owner: authorization.owner,
  object: authorization.id,
  field: "authorization_flow",
  generation: 0
})

export const codeContext = (authorization: Authorization): SealingContext => ({
  owner: authorization.owner,
  object: authorization.id,
  field: "authorization_code",
  generation: 0
})

/** Where the answer to the refresh token of `generation` is sealed. */
export const answerContext = (
  { id, owner }: Pick<Integration, "owner" | "id">,
  generation: Token["generation"]
): SealingContext => ({ owner, object: id, field: "refresh_answer", generation })

/** Where one of an integration's tokens is sealed. */
export const tokenContext = (
  integration: Pick<Integration, "owner" | "id">,
  field: "access_token" | "refresh_token",
  generation: Token["generation"]
): SealingContext => ({ owner: integration.owner, object: integration.id, field, generation })
