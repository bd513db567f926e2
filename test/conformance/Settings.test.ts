import microsoft from "@oauth-manager/provider-microsoft"
import { type Options, runConformance } from "@oauth-manager/provider-sdk/conformance"
import { assert, describe, it } from "@effect/vitest"

const personal = "9188040d-6c67-4c5b-b112-36a304b66dad"
const ofOrganization = "31537af4-6d77-4bb9-a681-d2394888ea26"

const failures = async (options: Options) => {
  const results = await runConformance(microsoft, options, (name) => !name.startsWith("an error:"))
  return results.filter(({ error }) => error !== undefined).map(({ error, name }) => `${name}: ${error}`)
}

describe("the conformance kit", () => {
  it("runs a plugin with other settings, and an account that suits them", async () => {
    assert.deepStrictEqual(await failures({ settings: { tenant: "consumers" }, claims: { tid: personal } }), [])
    assert.deepStrictEqual(
      await failures({ settings: { tenant: ofOrganization }, claims: { tid: ofOrganization } }),
      []
    )
  })

  it("finds that no account is identified where the settings admit none of them", async () => {
    const failed = await failures({ settings: { tenant: "consumers" } })
    assert.include(
      failed,
      "the account is identified with its e-mail address and name: the exchange of a code must succeed, but failed with IdentityRejected"
    )
  })

  it("refuses settings that the plugin does not have, or whose values do not suit", async () => {
    assert.deepStrictEqual(await failures({ settings: { region: "eu", tenant: "not a tenant" } }), [
      "the manifest is one of this contract: settings.region: is no setting of the plugin\nsettings.tenant: must match [A-Za-z0-9.-]{1,128}"
    ])
  })
})
