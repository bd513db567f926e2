import microsoft from "@oauth-manager/provider-microsoft"
import { defaultsOf, suits } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"

const personal = "9188040d-6c67-4c5b-b112-36a304b66dad"
const adatum = "11111111-2222-3333-4444-555555555555"
const contoso = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

const accepts = (tid: unknown, settings: Readonly<Record<string, string>>): boolean | undefined =>
  microsoft.hooks?.acceptsIdentity?.({ tid }, { ...defaultsOf(microsoft.settings), ...settings })

describe("the tenants of the Microsoft plugin", () => {
  it.each([
    ["common", adatum, true],
    ["common", personal, true],
    ["organizations", adatum, true],
    ["organizations", personal, false],
    ["consumers", personal, true],
    ["consumers", adatum, false],
    [adatum, adatum, true],
    [adatum.toUpperCase(), adatum, true],
    [contoso.toUpperCase(), contoso, true],
    [adatum, contoso, false],
    [adatum, personal, false],
    ["adatum.example", contoso, true]
  ])("at the authority %s takes accounts of %s: %s", (tenant, tid, expected) =>
    assert.strictEqual(accepts(tid, { tenant }), expected)
  )

  it.each([
    ["", contoso, true],
    [adatum, adatum, true],
    [adatum, contoso, false],
    [`${adatum}, ${contoso.toUpperCase()}`, contoso, true],
    [`${adatum},${contoso}`, personal, false]
  ])("with the list %o takes accounts of %s: %s", (allowed_tenants, tid, expected) =>
    assert.strictEqual(accepts(tid, { allowed_tenants }), expected)
  )

  it("holds to both the authority and the list", () => {
    assert.isFalse(accepts(personal, { tenant: "organizations", allowed_tenants: personal }))
    assert.isFalse(accepts(contoso, { tenant: contoso, allowed_tenants: adatum }))
  })

  it.each([undefined, null, "", 1, "common", "{tenantid}", `${adatum} `, [adatum]])("takes no account of %o", (tid) =>
    assert.isFalse(accepts(tid, {}))
  )

  it("takes nobody where its settings are not there", () =>
    assert.isFalse(microsoft.hooks?.acceptsIdentity?.({ tid: adatum }, {})))

  it.each([
    ["tenant", "organizations", true],
    ["tenant", "adatum.example", true],
    ["tenant", "", false],
    ["tenant", "common/oauth2", false],
    ["allowed_tenants", "", true],
    ["allowed_tenants", `${adatum},${contoso}`, true],
    ["allowed_tenants", `${adatum};${contoso}`, false],
    ["allowed_tenants", "adatum.example", false],
    ["login_host", "login.microsoftonline.us", true],
    ["login_host", "login.microsoftonline.us/evil", false],
    ["admin_consent_path", "organizations/v2.0/adminconsent", true],
    ["admin_consent_path", "organizations?x=", false],
    ["work_access_page", "https://myapps.microsoft.com", false],
    ["personal_access_page", "account.live.com/consent/Manage", true]
  ])("may set %s to %o: %s", (name, value, expected) => {
    const setting = microsoft.settings?.[name]
    assert.strictEqual(setting !== undefined && suits(setting, value), expected)
  })
})
