import { type CallbackParameters, OAuthClient } from "@oauth-manager/application"
import github from "@oauth-manager/provider-github"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import notion from "@oauth-manager/provider-notion"
import type { ProviderManifest } from "@oauth-manager/provider-sdk"
import youtube from "@oauth-manager/provider-youtube"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { overHttp, secret } from "./OAuthFixture.ts"
import { deployed, sample } from "./Sample.ts"

type Row = readonly [error: string, errorDescription: string | undefined, expected: string]

const administrator = "admin_consent_required"

const refusal = (manifest: ProviderManifest, parameters: CallbackParameters) =>
  OAuthClient.use((client) => client.readCallback(deployed(manifest), parameters)).pipe(
    Effect.flip,
    Effect.map((failure) => {
      assert.notInclude(JSON.stringify(failure) + String(failure) + (failure.stack ?? ""), "canary")
      return failure._tag === "CallbackRefused" ? failure.error : failure._tag
    })
  )

const googles: ReadonlyArray<Row> = [
  ["access_denied", undefined, "access_denied"],
  ["access_denied", "Account restricted, canary", administrator],
  ["admin_policy_enforced", undefined, administrator],
  ["org_internal", undefined, administrator],
  ["redirect_uri_mismatch", "canary", "provider_error"],
  ["deleted_client", undefined, "provider_error"]
]

const plugins: Readonly<Record<string, { readonly manifest: ProviderManifest; readonly rows: ReadonlyArray<Row> }>> = {
  Google: { manifest: google, rows: googles },
  YouTube: { manifest: youtube, rows: googles },
  Microsoft: {
    manifest: microsoft,
    rows: [
      ["access_denied", "AADSTS65004: User declined to consent, canary.", "access_denied"],
      ["access_denied", "AADSTS90094: An administrator must consent.\r\ncanary", administrator],
      ["consent_required", "AADSTS65001: canary", administrator],
      ["interaction_required", "AADSTS53003: Access was blocked.", administrator],
      ["invalid_request", "AADSTS50011: canary", "provider_error"],
      ["server_error", undefined, "provider_error"],
      ["access_denied", `${"canary ".repeat(100)}AADSTS90094`, "access_denied"],
      ["access_denied", "AADSTS99999999999999999999", "access_denied"]
    ]
  },
  Notion: { manifest: notion, rows: [["access_denied", undefined, "access_denied"]] },
  GitHub: {
    manifest: github,
    rows: [
      ["access_denied", "The user has denied your application access.", "access_denied"],
      ["application_suspended", "canary", "provider_error"]
    ]
  }
}

describe("an error in the redirect back", () => {
  for (const [name, { manifest, rows }] of Object.entries(plugins)) {
    overHttp(`is told by the rules of ${name}, and none of its words`, () =>
      Effect.gen(function* () {
        for (const [error, errorDescription, expected] of rows) {
          const parameters = errorDescription === undefined ? { error } : { error, errorDescription }
          assert.strictEqual(yield* refusal(manifest, parameters), expected, `${error} ${errorDescription}`)
        }
      })
    )
  }

  overHttp("stands where RFC 6749 has it, wherever the plugin's bodies have theirs", () =>
    Effect.gen(function* () {
      const manifest = sample("https://sample.example", {
        errors: {
          code: ["problem.code"],
          description: "problem.text",
          suberror: "problem.more",
          rules: [
            { means: "admin_action", at: ["callback"], error: ["blocked"] },
            { means: "admin_action", at: ["exchange", "refresh"], error: ["access_denied"] },
            { means: "admin_action", at: ["callback"], status: [302], description: ["Ask Your Administrator"] }
          ]
        }
      })
      const rows: ReadonlyArray<Row> = [
        ["blocked", undefined, administrator],
        ["access_denied", undefined, "access_denied"],
        ["access_denied", "Please ask your administrator.", administrator],
        ["other", undefined, "provider_error"]
      ]
      for (const [error, errorDescription, expected] of rows) {
        const parameters = errorDescription === undefined ? { error } : { error, errorDescription }
        assert.strictEqual(yield* refusal(manifest, parameters), expected, error)
      }
    })
  )

  overHttp("of another issuer is not looked at", () =>
    Effect.gen(function* () {
      const parameters = { error: "admin_policy_enforced", iss: "https://evil.test" }
      assert.strictEqual(yield* refusal(google, parameters), "issuer_mismatch")
    })
  )

  overHttp("goes before a code", () =>
    Effect.gen(function* () {
      const parameters = { code: secret("the-code"), error: "org_internal" }
      assert.strictEqual(yield* refusal(google, parameters), administrator)
    })
  )

  overHttp("cannot keep the server busy by its description", () =>
    Effect.gen(function* () {
      const errors = { numberInDescription: "( *) *x", rules: [] }
      const before = performance.now()
      yield* refusal(sample("https://sample.example", { errors }), {
        error: "access_denied",
        errorDescription: " ".repeat(8000)
      })
      assert.isBelow(performance.now() - before, 5000)
    })
  )
})
