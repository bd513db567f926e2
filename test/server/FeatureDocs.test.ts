import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { ConsentTexts, FeatureId, FeatureState, Language } from "@oauth-manager/domain"
import google from "@oauth-manager/provider-google"
import microsoft from "@oauth-manager/provider-microsoft"
import { decodeProvider } from "@oauth-manager/provider-sdk"
import { Effect, Option, Result } from "effect"
import { parse } from "../../apps/server/src/features/FeaturesFile.ts"
import { build, load } from "../../apps/server/src/features/ProductFeatures.ts"

const text = readFileSync(new URL("../../docs/features.md", import.meta.url), "utf8")
const example = fileURLToPath(new URL("../../docs/examples/features.yaml", import.meta.url))
const provider = Result.getOrThrow(decodeProvider(google))
const providers = [provider, Result.getOrThrow(decodeProvider(microsoft))]

const block = (language: string): string => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(text)?.[1] ?? ""

describe("docs/features.md", () => {
  it("has every state, in order", () => {
    const [, states = ""] = text.split("## States\n")
    const listed = [...states.matchAll(/^\| `(\w+)` \|/gm)].map(([, state]) => state)
    assert.deepStrictEqual(listed, [...FeatureState.literals])
  })

  it("shows a file without faults", () => {
    const { catalogue } = Result.getOrThrow(Result.flatMap(parse(block("yaml")), (file) => build(providers, file)))
    assert.isTrue(catalogue.has(FeatureId.make("planning")))
  })

  it.effect("shows the consent text that the example file gives", () =>
    Effect.gen(function* () {
      const { catalogue, scopeTexts } = yield* load(Option.some(example), providers)
      const asked = { features: [FeatureId.make("calendar")], scopes: [], locale: Language.make("de-AT") }
      const composed = Result.getOrThrow(ConsentTexts.compose(catalogue, scopeTexts, provider, asked))
      const { version, ...shown } = JSON.parse(block("json"))
      assert.match(version, /^[\w-]{16}$/)
      assert.deepStrictEqual(shown, JSON.parse(JSON.stringify(composed)))
    })
  )
})
