import { type AuthorizationRequest, type EndpointOverrides, OAuthClient } from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { json, reply } from "../simulators/Answer.ts"
import * as FaultyAuthorizationServer from "../simulators/FaultyAuthorizationServer.ts"
import { overHttp, request } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

type Prompts = ReadonlyArray<string> | undefined

const scopes = ["openid", "offline_access"].map((value) => Scope.make(value))
const askingFor = (prompt: string): Partial<ProviderManifest> => ({ authorizationParameters: { prompt } })

const promptOf = Effect.fnUntraced(function* (
  supported: Prompts,
  manifest: Partial<ProviderManifest> = {},
  changes: Partial<AuthorizationRequest> = {},
  overrides: (at: string) => EndpointOverrides = (issuer) => ({ issuer })
) {
  const plugin = yield* FaultyAuthorizationServer.start
  const server = yield* FaultyAuthorizationServer.start
  server.on("discovery", () =>
    json({ ...server.metadata(), scopes_supported: ["openid", "offline_access"], prompt_values_supported: supported })
  )
  plugin.on("discovery", () => reply(404))
  const provider = deployed(sample(plugin.issuer, manifest), { overrides: overrides(server.issuer) })
  const begun = yield* OAuthClient.use((client) => client.begin(provider, { ...request, scopes, ...changes }))
  return new URL(begun.authorizationUrl).searchParams.get("prompt")
})

describe("what a server in the provider's place is asked to show", () => {
  const rows: ReadonlyArray<
    readonly [what: string, supported: Prompts, plugin: Partial<ProviderManifest>, expected: string | null]
  > = [
    ["consent for offline access, which the plugin's provider gives without", undefined, {}, "consent"],
    ["consent too where it lists that", ["none", "consent"], {}, "consent"],
    ["nothing where it lists no consent", ["none", "login"], {}, null],
    ["what the plugin wants", undefined, askingFor("login"), "login"],
    ["all that the plugin wants", undefined, askingFor("consent select_account"), "consent select_account"],
    ["what it lists", ["consent", "select_account"], askingFor("consent select_account"), "consent select_account"],
    ["not what it does not list", ["consent"], askingFor("select_account consent"), "consent"],
    ["consent where nothing else is left", ["consent"], askingFor("select_account"), "consent"]
  ]
  for (const [what, supported, plugin, expected] of rows) {
    overHttp(`is ${what}`, () =>
      Effect.map(promptOf(supported, plugin), (prompt) => assert.strictEqual(prompt, expected))
    )
  }

  overHttp("is nothing that it need not know where it gives offline access and the plugin's provider does not", () =>
    Effect.gen(function* () {
      const plugin = {
        ...askingFor("select_account consent"),
        scopes: sample("https://home.example").scopes.filter(({ value }) => value !== "offline_access")
      }
      assert.strictEqual(yield* promptOf(undefined, plugin), "consent")
      assert.strictEqual(yield* promptOf(["select_account"], plugin), "select_account")
    })
  )

  overHttp("is no consent where no refresh token is needed, or no offline access asked for", () =>
    Effect.gen(function* () {
      assert.isNull(yield* promptOf(undefined, {}, { needsRefreshToken: false }))
      assert.isNull(yield* promptOf(undefined, {}, { scopes: [Scope.make("openid")] }))
      assert.isNull(yield* promptOf(["consent"], askingFor("select_account"), { needsRefreshToken: false }))
    })
  )

  overHttp("is what the plugin says where the provider itself is asked, or no metadata were read", () =>
    Effect.gen(function* () {
      const plugin = askingFor("consent select_account")
      assert.strictEqual(yield* promptOf(["consent"], plugin, {}, () => ({})), "consent select_account")
      assert.isNull(yield* promptOf(["consent"], {}, {}, () => ({})))
      const blind = yield* FaultyAuthorizationServer.start
      blind.on("discovery", () => reply(404))
      const overrides = () => ({ issuer: blind.issuer })
      assert.strictEqual(yield* promptOf(["consent"], plugin, {}, overrides), "consent select_account")
    })
  )
})
