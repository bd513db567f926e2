import { ConfigProvider, Effect, Layer } from "effect"
import { createServer } from "node:http"
import { once } from "node:events"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Server from "../../apps/server/src/composition/Server.ts"
import { StartupFailed } from "../../apps/server/src/StartupFailed.ts"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { freePort, runToEnd } from "./Processes.ts"
import { start, temporaryFolder } from "./RunningService.ts"

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
})

afterAll(async () => {
  await folder?.remove()
  await database?.drop()
})

const main = "apps/server/src/main.ts"

/** All that the process prints of it, which the first test of the file watches. */
const refused = async (env: Record<string, string>): Promise<string> => {
  const environment = ConfigProvider.layer(
    ConfigProvider.fromUnknown({ DATA_DIR: folder.path, SANDBOX_PORT: "0", LOG_LEVEL: "none", ...env })
  )
  const failure = await Effect.runPromise(
    Layer.build(Server.layer).pipe(Effect.scoped, Effect.flip, Effect.provide(environment))
  )
  assert.instanceOf(failure, StartupFailed)
  return failure.message
}

const production = () => ({
  NODE_ENV: "production",
  DATABASE_URL: database.url,
  VAULT_KEYS: `k1:${Buffer.alloc(32, "0123456789abcdef").toString("base64")}`,
  AUDIT_SIGNING_KEY: Buffer.alloc(32, "audit").toString("base64"),
  AUTH_ISSUER: "https://auth.example.com",
  AUTH_AUDIENCE: "oauth-manager",
  AUTH_JWKS_URL: "https://auth.example.com/jwks.json"
})

describe("a start that cannot succeed", () => {
  it("is told at the end of its process, without a stack trace", async () => {
    const { code, output } = await runToEnd(main, { DATA_DIR: folder.path, PORT: "eighty" })
    assert.strictEqual(code, 1)
    assert.match(output, /^OAuth Manager cannot start\.\nPORT: /)
    assert.strictEqual(output.trimEnd().split("\n").length, 2)
  })

  it("names every variable that production needs, at once", async () => {
    const output = await refused({ NODE_ENV: "production" })
    for (const name of [
      "DATABASE_URL",
      "VAULT_KEYS",
      "AUDIT_SIGNING_KEY",
      "AUTH_ISSUER",
      "AUTH_AUDIENCE",
      "AUTH_JWKS_URL"
    ]) {
      assert.include(output, name)
    }
  })

  for (const name of [
    "DATABASE_URL",
    "VAULT_KEYS",
    "AUDIT_SIGNING_KEY",
    "AUTH_ISSUER",
    "AUTH_AUDIENCE",
    "AUTH_JWKS_URL"
  ]) {
    it(`names ${name} when production lacks it alone`, async () => {
      const env: Record<string, string> = { ...production(), [name]: "" }
      assert.include(await refused(env), name)
    })
  }

  const mistakes: ReadonlyArray<readonly [string, Record<string, string>, ReadonlyArray<string>]> = [
    ["a port that is none", { PORT: "eighty" }, ["PORT"]],
    ["a database URL that is none", { DATABASE_URL: "mysql://x" }, ["DATABASE_URL", "postgres://"]],
    ["keys that are none", { VAULT_KEYS: "k1:c2hvcnQ=" }, ["VAULT_KEYS", "32"]],
    ["a signing key that is none", { AUDIT_SIGNING_KEY: "c2hvcnQ=" }, ["AUDIT_SIGNING_KEY", "32"]],
    ["an interval that is none", { AUDIT_CHECKPOINT_INTERVAL: "often" }, ["AUDIT_CHECKPOINT_INTERVAL"]],
    ["a sink that is none", { AUDIT_SINKS: "syslog" }, ["AUDIT_SINKS", "syslog"]],
    ["a sink without an address", { AUDIT_SINKS: "otlp" }, ["OTEL_EXPORTER_OTLP_ENDPOINT"]],
    ["half an issuer", { AUTH_ISSUER: "https://auth.example.com" }, ["AUTH_AUDIENCE", "AUTH_JWKS_URL"]],
    ["half a client", { PROVIDER_GOOGLE_CLIENT_ID: "id" }, ["PROVIDER_GOOGLE_CLIENT_SECRET"]],
    [
      "an endpoint without TLS",
      { PROVIDER_GOOGLE_ISSUER: "http://accounts.example.com" },
      ["PROVIDER_GOOGLE_ISSUER", "https://"]
    ],
    ["a plugin that is not there", { PROVIDERS: "no-such-plugin" }, ["PROVIDERS", "no-such-plugin"]],
    ["a module that is no plugin", { PROVIDERS: "@oauth-manager/domain" }, ["PROVIDERS", "@oauth-manager/domain"]],
    [
      "a plugin named twice",
      { PROVIDERS: "@oauth-manager/provider-google,@oauth-manager/provider-google" },
      ["PROVIDERS", "google"]
    ],
    ["a flag that is none", { BINDING_COOKIE: "yes" }, ["BINDING_COOKIE", "true"]],
    [
      "a cookie that browsers would not keep",
      { BINDING_COOKIE: "true", PUBLIC_URL: "http://oauth.example.com" },
      ["BINDING_COOKIE", "PUBLIC_URL", "https"]
    ],
    ["an origin with a path", { CORS_ORIGINS: "https://app.example.com/" }, ["CORS_ORIGINS"]],
    ["a return URL that runs", { RETURN_URLS: "javascript:alert(1)" }, ["RETURN_URLS"]],
    ["a log level that is none", { LOG_LEVEL: "loud" }, ["LOG_LEVEL"]]
  ]
  for (const [mistake, env, names] of mistakes) {
    it(`explains ${mistake}`, async () => {
      const output = await refused({ DATABASE_URL: database.url, ...env })
      for (const name of names) assert.include(output, name)
    })
  }

  it("names PORT when another program listens there", async () => {
    const other = createServer().listen(0, "127.0.0.1")
    await once(other, "listening")
    const address = other.address()
    const port = typeof address === "object" && address !== null ? String(address.port) : ""
    const output = await refused({ DATABASE_URL: database.url, PORT: port })
    assert.include(output, "PORT")
    assert.include(output, port)
    other.close()
  })
})

describe("a start in production", () => {
  it("serves without any development default", async () => {
    const port = String(await freePort())
    const service = await start(folder.path, { ...production(), PORT: port, PUBLIC_URL: `http://localhost:${port}` })
    try {
      assert.strictEqual((await service.api("GET", "/health/ready")).status, 200)
      assert.strictEqual((await service.api("GET", "/")).status, 404)
      const development = await service.token("ada", "admin")
      assert.notStrictEqual((await service.api("GET", "/v1/providers", { bearer: development })).status, 200)
      assert.notInclude(service.output(), "sandbox")
    } finally {
      assert.strictEqual(await service.stop(), 0)
    }
  })
})
