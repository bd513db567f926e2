import { compareGrant, Scope, ScopeCatalogue, Scopes } from "@oauth-manager/domain"
import microsoft from "@oauth-manager/provider-microsoft"
import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import { configured, lifetimesOf, noticesOf } from "./PluginFixture.ts"

const definition = configured(microsoft)

const endpointsOf = ({ location }: typeof definition) =>
  location.kind === "endpoints" ? location.endpoints : undefined

describe("the Microsoft plugin", () => {
  it("has its endpoints at the tenant's authority, and one issuer a tenant", () => {
    assert.deepStrictEqual(definition.location, {
      kind: "endpoints",
      issuer: "https://login.microsoftonline.com/{tenantid}/v2.0",
      endpoints: {
        authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        userinfo: "https://graph.microsoft.com/oidc/userinfo",
        jwks: "https://login.microsoftonline.com/common/discovery/v2.0/keys"
      }
    })
    assert.strictEqual(
      endpointsOf(configured(microsoft, { tenant: "organizations" }))?.token,
      "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"
    )
  })

  it("moves to a national cloud by two settings", () => {
    const moved = configured(microsoft, {
      login_host: "login.partner.microsoftonline.cn",
      graph_host: "microsoftgraph.chinacloudapi.cn"
    })
    assert.strictEqual(moved.location.issuer, "https://login.partner.microsoftonline.cn/{tenantid}/v2.0")
    assert.strictEqual(moved.api?.baseUrl, "https://microsoftgraph.chinacloudapi.cn")
    assert.deepStrictEqual(moved.scopeNames?.prefixes?.slice(), ["https://microsoftgraph.chinacloudapi.cn/"])
  })

  it("identifies the account by tenant and object, never by the subject or an address", () =>
    assert.deepStrictEqual(definition.identity, {
      kind: "id_token",
      id: ["tid", "oid"],
      issuerClaims: { tenantid: "tid" }
    }))

  it("asks for offline access, and repeats the scopes in every token request", () => {
    assert.include(definition.identityScopes, Scope.make("offline_access"))
    assert.isTrue(definition.tokenRequests?.repeatsScopes)
  })

  it("authenticates by secret or by certificate, whose assertion is for the token endpoint", () => {
    assert.deepStrictEqual(definition.clientAuthentication, [
      "client_secret_post",
      "client_secret_basic",
      "private_key_jwt"
    ])
    assert.strictEqual(definition.tokenRequests?.assertionAudience, "token_endpoint")
  })

  it("knows a scope with and without the prefix, in any case", () =>
    assert.deepStrictEqual(
      ScopeCatalogue.canonicalAll(
        definition,
        Scopes.parseScopes("https://graph.microsoft.com/mail.read CALENDARS.READ https://graph.microsoft.com/User.Read")
      ).slice(),
      ["Mail.Read", "Calendars.Read", "User.Read"]
    ))

  it("takes a grant for whole where the answer leaves out OpenID Connect's scopes and what others imply", () => {
    const requested = [...definition.identityScopes, ...Scopes.parseScopes("Calendars.Read Calendars.ReadWrite")]
    const returned = Option.some(Scopes.parseScopes("https://graph.microsoft.com/calendars.readwrite user.read"))
    const grant = compareGrant(definition, { requested, consentedBefore: [], incremental: false, returned })
    assert.deepStrictEqual(Result.getOrThrow(grant).denied, [])
  })

  it("holds what was consented to before without having asked for it", () => {
    const requested = definition.identityScopes
    const returned = Option.some(Scopes.parseScopes("User.Read Mail.Send"))
    const grant = compareGrant(definition, { requested, consentedBefore: [], incremental: false, returned })
    assert.deepStrictEqual(Result.getOrThrow(grant).surplus, [Scope.make("Mail.Send")])
  })

  it.each([
    ["Calendars.ReadWrite", ["Calendars.ReadWrite", "Calendars.Read"]],
    ["Contacts.ReadWrite", ["Contacts.ReadWrite", "Contacts.Read"]],
    ["Tasks.ReadWrite", ["Tasks.ReadWrite", "Tasks.Read"]],
    ["Files.ReadWrite.All", ["Files.ReadWrite.All", "Files.Read.All", "Files.ReadWrite", "Files.Read"]]
  ])("knows what whoever holds %s may do too", (name, expected) =>
    assert.sameMembers(ScopeCatalogue.closure(definition, [Scope.make(name)]).slice(), expected)
  )

  it("says of which scopes an administrator may have to consent first", () => {
    const administered = definition.scopes.filter(({ description }) => description.includes("administrator"))
    assert.sameMembers(
      administered.map(({ value }): string => value),
      [
        "Calendars.Read",
        "Calendars.ReadWrite",
        "Mail.Read",
        "Files.Read.All",
        "Files.ReadWrite.All",
        "Contacts.ReadWrite",
        "Tasks.Read",
        "Tasks.ReadWrite"
      ]
    )
    assert.isTrue(administered.every(({ sensitivity }) => sensitivity === "sensitive"))
  })

  it("keeps the old refresh token alive beside the new one, for 90 days without use", () => {
    assert.deepInclude(definition.refreshTokens, { rotation: "overlap" })
    assert.deepStrictEqual(lifetimesOf(definition), { unused_ninety_days: 7_776_000 })
  })

  it("cannot revoke, and says where users withdraw and administrators consent", () => {
    assert.deepStrictEqual(definition.revocation, { kind: "unsupported" })
    assert.deepStrictEqual(
      definition.links?.manageAccess?.map(({ url }) => url),
      ["https://myapps.microsoft.com", "https://account.live.com/consent/Manage"]
    )
    assert.strictEqual(
      definition.links?.adminConsent,
      "https://login.microsoftonline.com/organizations/v2.0/adminconsent"
        + "?client_id={client_id}&redirect_uri={redirect_uri}&scope={scope}"
    )
  })

  it("lets a deployment move every page that was not verified", () => {
    const { links } = configured(microsoft, {
      admin_consent_path: "adatum.example/adminconsent",
      work_access_page: "work.example.org",
      personal_access_page: "personal.example.org/consent"
    })
    assert.match(links?.adminConsent ?? "", /^https:\/\/login\.microsoftonline\.com\/adatum\.example\/adminconsent\?/)
    assert.deepStrictEqual(
      links?.manageAccess?.map(({ url }) => url),
      ["https://work.example.org", "https://personal.example.org/consent"]
    )
  })

  it("takes requirements of a claims challenge into the next authorization", () => {
    assert.isTrue(definition.acceptsClaims)
    assert.strictEqual(definition.errors?.claims, "claims")
  })

  it("warns of what surprises", () =>
    assert.includeMembers(noticesOf(definition).slice(), [
      "admin_consent",
      "no_unticking",
      "redirect_type",
      "no_revocation",
      "request_loop"
    ]))
})
