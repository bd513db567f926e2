import { Redacted } from "effect"
import type { CaseGroup } from "../Case.ts"
import { failsWith, succeeds } from "../Expectation.ts"
import { saying } from "../IdTokenTampering.ts"
import { ada } from "../simulator/Accounts.ts"
import { json } from "../simulator/Answer.ts"
import { claimsOf } from "../simulator/Claims.ts"
import { hasIssuer, readsIdTokens } from "../Traits.ts"

const stranger = "https://attacker.example"

/** @see RFC 9207 §2.4, RFC 9700 §4.4 */
export const wrongIssuer: CaseGroup = {
  title: "issuer:",
  cases: [
    {
      name: "a redirect back from this one gives its code",
      applies: readsIdTokens,
      run: ({ client, provider, simulation }) => {
        const claims = claimsOf(simulation, { account: ada, nonce: undefined, scopes: ["openid"] })
        const parameters = { code: Redacted.make("code"), iss: String(claims?.["iss"]) }
        return succeeds("a redirect back that names the issuer", client.readCallback(provider, parameters))
      }
    },
    {
      name: "metadata of another one are not believed",
      applies: ({ location }) => location.kind === "discovery",
      run: (world) => {
        world.simulation.on("discovery", () => json({ issuer: stranger, token_endpoint: `${stranger}/token` }))
        const { client, provider, request } = world
        return failsWith(
          "a flow with metadata of another issuer",
          "ProviderMisconfigured issuer_mismatch",
          client.begin(provider, request)
        )
      }
    },
    {
      name: "a redirect back from another one gives no code",
      applies: hasIssuer,
      run: ({ client, provider }) =>
        failsWith(
          "a redirect back from another issuer",
          "CallbackRefused issuer_mismatch",
          client.readCallback(provider, { code: Redacted.make("code"), iss: stranger })
        )
    },
    {
      name: "a redirect back from another one is no error of this one",
      applies: hasIssuer,
      run: ({ client, provider }) =>
        failsWith(
          "an error from another issuer",
          "CallbackRefused issuer_mismatch",
          client.readCallback(provider, { error: "access_denied", iss: stranger })
        )
    },
    saying("names another issuer", () => ({ iss: stranger })),
    saying("names the issuer with a slash more", ({ iss }) => ({ iss: `${String(iss)}/` })),
    saying("names an issuer that begins like it", ({ iss }) => ({ iss: `${String(iss)}.attacker.example` })),
    saying("names no issuer", () => ({ iss: undefined }))
  ]
}
