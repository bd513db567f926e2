import { Effect, Option, Schema } from "effect"
import type { Settings } from "../../configuration/ServerConfiguration.ts"
import { type Finding, fail, ok } from "./Finding.ts"
import * as Probe from "./Probe.ts"
import * as Skew from "./Skew.ts"

const check = "callers"

/** RFC 7517 §5; those that can verify a signature of somebody else's. */
const KeySet = Schema.fromJsonString(
  Schema.Struct({ keys: Schema.Array(Schema.Struct({ kty: Schema.String, use: Schema.optionalKey(Schema.String) })) })
)

const verifyingKeys = ({ keys }: typeof KeySet.Type): number =>
  keys.filter(({ kty, use }) => ["RSA", "EC", "OKP"].includes(kty) && use !== "enc").length

const judge = (url: string, { ahead, body, status }: Probe.Answer): ReadonlyArray<Finding> => {
  const action = "Set AUTH_JWKS_URL to where the auth service publishes its keys (RFC 7517)"
  if (status !== 200) return [fail(check, `${url} answers ${status}`, action)]
  const keys = Option.map(Schema.decodeUnknownOption(KeySet)(body), verifyingKeys)
  if (Option.isNone(keys)) return [fail(check, `${url} answers what is no set of keys`, action)]
  if (keys.value === 0) return [fail(check, `${url} holds no key that verifies a signature`, action)]
  return [
    ok(check, `${url} holds ${keys.value} ${keys.value === 1 ? "key" : "keys"}`),
    ...Option.toArray(Option.map(ahead, (ahead) => Skew.judge("clock", "the auth service", ahead)))
  ]
}

/** Whether the keys can be had that callers' tokens are verified with. */
export const findings = ({ callers, production }: Settings) =>
  Option.match(callers, {
    onNone: () =>
      Effect.succeed(
        production ? [] : [ok(check, "tokens of the development issuer are trusted (oauth-manager token)")]
      ),
    onSome: ({ jwksUrl }) =>
      Effect.match(Probe.get(jwksUrl, true), {
        onSuccess: (answer) => judge(jwksUrl, answer),
        onFailure: ({ message }) => [
          fail(check, `${jwksUrl} cannot be reached (${message})`, "Check AUTH_JWKS_URL and the way to it")
        ]
      })
  })
