import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { read, refusal } from "./ProviderEnvironment.ts"

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
const pemOf = (key: KeyObject): string => key.export({ format: "pem", type: "pkcs8" }).toString()
const pem = pemOf(privateKey)
const jwk = JSON.stringify(privateKey.export({ format: "jwk" }))

const id = { PROVIDER_ACME_CLIENT_ID: "client" }
const secret = { PROVIDER_ACME_CLIENT_SECRET: "hush" }
const key = { PROVIDER_ACME_CLIENT_KEY: jwk }
const byKey = { clientAuthentication: "private_key_jwt" }
const byEither = { clientAuthentication: ["private_key_jwt", "client_secret_post"] }
const byNone = { clientAuthentication: "none" }

const credentials = (env: Readonly<Record<string, string>>, changes: Readonly<Record<string, unknown>> = {}) =>
  Effect.map(read(env, changes), ({ credentials }) =>
    Option.getOrUndefined(
      Option.map(credentials, ({ clientId, clientKey, clientSecret }) => ({
        clientId,
        clientSecret: clientSecret && Redacted.value(clientSecret),
        clientKey: clientKey && Redacted.value(clientKey)
      }))
    )
  )

describe("a provider's client", () => {
  const table: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, object, object | undefined]> = [
    ["is not configured where nothing is set", {}, {}, undefined],
    [
      "is an id and a secret",
      { ...id, ...secret },
      {},
      { clientId: "client", clientSecret: "hush", clientKey: undefined }
    ],
    [
      "is an id alone where it is public",
      id,
      byNone,
      { clientId: "client", clientSecret: undefined, clientKey: undefined }
    ],
    ["is an id and a key", { ...id, ...key }, byKey, { clientId: "client", clientSecret: undefined, clientKey: jwk }],
    [
      "is an id and a secret where a key would do",
      { ...id, ...secret },
      byEither,
      { clientId: "client", clientSecret: "hush", clientKey: undefined }
    ],
    [
      "is an id, a secret and a key",
      { ...id, ...secret, ...key },
      byEither,
      { clientId: "client", clientSecret: "hush", clientKey: jwk }
    ],
    [
      "has a key with its line ends written out",
      { ...id, PROVIDER_ACME_CLIENT_KEY: pem.replaceAll("\n", "\\n") },
      byKey,
      { clientId: "client", clientSecret: undefined, clientKey: pem }
    ],
    [
      "leaves out a secret that the provider does not take",
      { ...id, ...key, ...secret },
      byKey,
      { clientId: "client", clientSecret: undefined, clientKey: jwk }
    ]
  ]
  for (const [what, env, changes, expected] of table) {
    it.effect(what, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* credentials(env, { ...changes }), expected)
      })
    )
  }

  const halves: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, object, string]> = [
    [
      "a secret",
      id,
      {},
      "PROVIDER_ACME_CLIENT_SECRET: must be set too, since PROVIDER_ACME_CLIENT_ID and PROVIDER_ACME_CLIENT_SECRET belong together"
    ],
    [
      "an id",
      secret,
      {},
      "PROVIDER_ACME_CLIENT_ID: must be set too, since PROVIDER_ACME_CLIENT_ID and PROVIDER_ACME_CLIENT_SECRET belong together"
    ],
    [
      "a key",
      id,
      byKey,
      "PROVIDER_ACME_CLIENT_KEY: must be set too, since PROVIDER_ACME_CLIENT_ID and PROVIDER_ACME_CLIENT_KEY belong together"
    ],
    [
      "a secret or a key",
      id,
      byEither,
      "PROVIDER_ACME_CLIENT_SECRET or PROVIDER_ACME_CLIENT_KEY: must be set too, since PROVIDER_ACME_CLIENT_ID and PROVIDER_ACME_CLIENT_SECRET or PROVIDER_ACME_CLIENT_KEY belong together"
    ]
  ]
  for (const [missing, env, changes, message] of halves) {
    it.effect(`is refused without ${missing}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* refusal(env, { ...changes }), message)
      })
    )
  }

  const keys: ReadonlyArray<readonly [string, string]> = [
    ["is none", "hush-hush"],
    ["is public", JSON.stringify(publicKey.export({ format: "jwk" }))],
    ["is symmetric", JSON.stringify({ kty: "oct", k: "aHVzaC1odXNo" })],
    ["is torn", pem.slice(0, 80)],
    [
      "is of a curve that signs no assertion",
      JSON.stringify(generateKeyPairSync("x25519").privateKey.export({ format: "jwk" }))
    ],
    ["is too short", pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey)]
  ]
  for (const [what, text] of keys) {
    it.effect(`is refused with a key that ${what}, which is not shown`, () =>
      Effect.gen(function* () {
        assert.strictEqual(
          yield* refusal({ ...id, PROVIDER_ACME_CLIENT_KEY: text }, byKey),
          "PROVIDER_ACME_CLIENT_KEY: must be a private key, a JWK in JSON or PKCS #8 in PEM: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519"
        )
      })
    )
  }
})
