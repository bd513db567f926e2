import github from "@oauth-manager/provider-github"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import notion from "@oauth-manager/provider-notion"
import sandbox from "@oauth-manager/provider-sandbox"
import { decodeProvider } from "@oauth-manager/provider-sdk"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { configured } from "./PluginFixture.ts"

const plugins = [google, youtube, microsoft, notion, github, sandbox]

const manifestOf = (id: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(new URL(`../../packages/providers/${id}/package.json`, import.meta.url), "utf8"))

const placeholders = (value: unknown): ReadonlyArray<string> => JSON.stringify(value).match(/\{[a-z_]+\}/g) ?? []

describe.each(plugins)("the plugin $id", (plugin) => {
  it("keeps to the plugin contract", () => assert.strictEqual(decodeProvider(plugin)._tag, "Success"))

  it("is a package like the others, which needs the contract alone", () =>
    assert.deepInclude(manifestOf(plugin.id), {
      name: `@oauth-manager/provider-${plugin.id}`,
      license: "Apache-2.0",
      type: "module",
      exports: { ".": "./src/index.ts" },
      dependencies: { "@oauth-manager/provider-sdk": "0.1.0" }
    }))

  it("asks for no scope that it does not describe", () => {
    const { features, identityScopes, scopes } = configured(plugin)
    const values = new Set(scopes.map(({ value }) => value))
    const asked = [...identityScopes, ...features.flatMap((feature) => feature.scopes)]
    assert.deepStrictEqual(
      asked.filter((scope) => !values.has(scope)),
      []
    )
  })

  it("leaves no placeholder but those that are filled in with each request", () =>
    assert.includeMembers(
      ["{tenantid}", "{token}", "{client_id}", "{redirect_uri}", "{scope}"],
      [...placeholders(configured(plugin))]
    ))

  it("can be drawn: a colour, a monogram, and where the user withdraws", () => {
    const { brand, id, links } = configured(plugin)
    assert.isDefined(brand)
    if (id !== "sandbox") assert.isNotEmpty(links?.manageAccess)
  })

  it("leaves it to the service what a failing gateway means, whatever that quotes", () => {
    const statuses = configured(plugin).errors?.rules.flatMap(({ status = [] }) => status) ?? []
    assert.deepStrictEqual(
      statuses.filter((status) => status === 408 || status >= 500),
      []
    )
  })
})
