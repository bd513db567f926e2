import { Effect, Redacted, Schema } from "effect"
import { exportJWK, generateKeyPair } from "jose"
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { createUnlessThere, makeDataFolder } from "../configuration/CreatedFile.ts"
import { StartupFailed } from "../StartupFailed.ts"

const SigningKey = Schema.Struct({
  kty: Schema.Literal("EC"),
  crv: Schema.Literal("P-256"),
  x: Schema.String,
  y: Schema.String,
  d: Schema.String
})

const Stored = Schema.fromJsonString(
  Schema.Struct({ signingKey: SigningKey, sandboxClientSecret: Schema.NonEmptyString })
)

/** What development needs to keep between runs: the key of the token issuer and the sandbox's client secret. */
export interface DevelopmentSecrets {
  readonly signingKey: Redacted.Redacted<typeof SigningKey.Type>
  readonly sandboxClientSecret: Redacted.Redacted<string>
}

const generate = async (): Promise<string> => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true })
  return JSON.stringify({
    signingKey: await exportJWK(privateKey),
    sandboxClientSecret: randomBytes(32).toString("base64url")
  })
}

/** Reads DATA_DIR/development.json (0600), making it on first use. */
export const loadOrCreate = (dataDir: string): Effect.Effect<DevelopmentSecrets, StartupFailed> => {
  const path = join(dataDir, "development.json")
  return Effect.tryPromise({
    try: async () => {
      await makeDataFolder(dataDir)
      const present = await readFile(path, "utf8").catch(() => undefined)
      if (present !== undefined) return present
      await createUnlessThere(path, await generate())
      return await readFile(path, "utf8")
    },
    catch: (error) =>
      new StartupFailed({
        message: `DATA_DIR: ${path} cannot be used (${error instanceof Error ? error.message : error})`
      })
  }).pipe(
    Effect.flatMap((text) =>
      Schema.decodeEffect(Stored)(text).pipe(
        Effect.mapError(
          () => new StartupFailed({ message: `DATA_DIR: ${path} is damaged; delete it and a new one is made` })
        )
      )
    ),
    Effect.map(({ signingKey, sandboxClientSecret }) => ({
      signingKey: Redacted.make(signingKey),
      sandboxClientSecret: Redacted.make(sandboxClientSecret)
    }))
  )
}
