import { Effect, Redacted } from "effect"
import type { CaseGroup } from "../Case.ts"
import { failsWith } from "../Expectation.ts"
import { authorize, exchange } from "../Journey.ts"
import { usesPkce } from "../Traits.ts"

/** @see RFC 7636 §4.6 */
export const wrongVerifier: CaseGroup = {
  title: "another verifier",
  cases: [
    {
      name: "redeems no code",
      applies: usesPkce,
      run: (world) =>
        Effect.gen(function* () {
          const { code, flow } = yield* authorize(world)
          const wrong = { code, flow: { ...flow, codeVerifier: Redacted.make("w".repeat(43)) } }
          yield* failsWith("an exchange with another verifier", "GrantRefused", exchange(world, wrong))
        })
    }
  ]
}
