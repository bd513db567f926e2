import microsoft from "@oauth-manager/provider-microsoft"
import { assert, describe, it } from "@effect/vitest"
import { configured, meaning } from "./PluginFixture.ts"

const definition = configured(microsoft)

const bySuberror = ["bad_token", "consent_required", "basic_action", "additional_action", "message_only"]

const byNumber = {
  retry: [50033, 50087, 70012, 90006, 90012, 90024, 90033, 90055, 90090, 50196],
  reauthorize: [
    70000, 70008, 700082, 700084, 70043, 50173, 50089, 50132, 50133, 50072, 50074, 50076, 50078, 50079, 50158, 65001,
    65004
  ],
  admin_action: [90094, 90095, 53000, 53001, 53002, 53003, 50105, 50020, 50057, 650052]
}

const ofTheClient = {
  invalid_client: [7000215, 7000222, 7000218, 700027],
  unauthorized_client: [700016, 7000112],
  invalid_scope: [70011],
  invalid_request: [50011, 50194, 900144, 9002313, 700022]
}

describe("the Microsoft plugin's errors", () => {
  it.each([...bySuberror, "user_password_expired"])(
    "invalid_grant with the suberror %s is for the user",
    (suberror) => {
      assert.strictEqual(meaning(definition, "refresh", { error: "invalid_grant", suberror }), "reauthorize")
      assert.strictEqual(meaning(definition, "exchange", { error: "invalid_grant", suberror }), "reauthorize")
    }
  )

  it.each(["interaction_required", "consent_required", "login_required"])("%s at a refresh is for the user", (error) =>
    assert.strictEqual(meaning(definition, "refresh", { error }), "reauthorize")
  )

  it.each(
    Object.entries(byNumber).flatMap(([expected, numbers]) => numbers.map((number) => [number, expected] as const))
  )("the number %i refines invalid_grant to %s", (number, expected) =>
    assert.strictEqual(meaning(definition, "refresh", { error: "invalid_grant", error_codes: [number] }), expected)
  )

  it.each(Object.entries(ofTheClient).flatMap(([error, numbers]) => numbers.map((number) => [error, number] as const)))(
    "%s with the number %i is for the operator, even if another code comes with it",
    (error, number) => {
      assert.strictEqual(meaning(definition, "refresh", { error, error_codes: [number] }), "misconfigured")
      assert.strictEqual(
        meaning(definition, "refresh", { error: "invalid_grant", error_codes: [number] }),
        "misconfigured"
      )
    }
  )

  it.each(Object.values(byNumber).flat())("the number %i decides nothing about a code that is not known", (number) =>
    assert.isUndefined(meaning(definition, "refresh", { error: "something_new", error_codes: [number] }))
  )

  it.each([54005, 501481, 700005, 70008])("the number %i at the redemption of a code begins anew", (number) =>
    assert.strictEqual(
      meaning(definition, "exchange", { error: "invalid_grant", error_codes: [number] }),
      "restart_flow"
    )
  )

  it.each([
    ["temporarily_unavailable", "retry"],
    ["server_error", "retry"],
    ["invalid_client", "misconfigured"],
    ["unauthorized_client", "misconfigured"],
    ["invalid_scope", "misconfigured"]
  ])("%s means %s without any number", (error, expected) =>
    assert.strictEqual(meaning(definition, "refresh", { error }), expected)
  )

  it("reads a recorded answer", () =>
    assert.strictEqual(
      meaning(definition, "refresh", {
        error: "invalid_grant",
        error_description: "AADSTS50173: The provided grant has expired due to it being revoked.",
        error_codes: [50173],
        timestamp: "2021-10-29 17:16:31Z",
        suberror: "bad_token"
      }),
      "reauthorize"
    ))

  it("lets a number speak where the suberror only says that there is a message", () =>
    assert.strictEqual(
      meaning(definition, "refresh", { error: "invalid_grant", suberror: "message_only", error_codes: [53003] }),
      "admin_action"
    ))

  it.each([
    ["consent_required", "", "admin_action"],
    ["access_denied", "AADSTS90094: The grant requires admin permission.", "admin_action"],
    ["access_denied", "AADSTS90095: Admin consent was requested.", "admin_action"],
    ["invalid_client", "AADSTS650052: The app needs access to a service.", "admin_action"],
    ["access_denied", "AADSTS65004: User declined to consent to access the app.", undefined],
    ["access_denied", "", undefined],
    ["unauthorized_client", "AADSTS700016: Application was not found in the directory.", "misconfigured"],
    ["temporarily_unavailable", "", "retry"]
  ])("a redirect back with %s, %o means %s", (error, error_description, expected) =>
    assert.strictEqual(meaning(definition, "callback", { error, error_description }), expected)
  )
})
