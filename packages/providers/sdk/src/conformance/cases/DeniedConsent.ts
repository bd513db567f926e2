import type { CaseGroup } from "../Case.ts"
import { failsWith } from "../Expectation.ts"

/** @see RFC 6749 §4.1.2.1 */
export const deniedConsent: CaseGroup = {
  title: "a redirect back",
  cases: [
    {
      name: "of a user who declined says so",
      run: ({ client, provider }) =>
        failsWith(
          "a redirect back with access_denied",
          "CallbackRefused access_denied",
          client.readCallback(provider, { error: "access_denied" })
        )
    },
    {
      name: "with an error that nobody knows is an error of the provider's",
      run: ({ client, provider }) =>
        failsWith(
          "a redirect back with conformance_unheard_of",
          "CallbackRefused provider_error",
          client.readCallback(provider, { error: "conformance_unheard_of" })
        )
    },
    {
      name: "without a code is an error of the provider's",
      run: ({ client, provider }) =>
        failsWith("a redirect back without a code", "CallbackRefused provider_error", client.readCallback(provider, {}))
    }
  ]
}
