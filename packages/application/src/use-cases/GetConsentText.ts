import {
  type ConsentAsked,
  type ConsentText,
  ConsentTexts,
  type FeatureId,
  type Language,
  type Provider,
  type Scope,
  type UnknownFeature,
  type UnknownScope
} from "@oauth-manager/domain"
import { Context, Effect, Layer } from "effect"
import { Digest } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { FeatureRegistry } from "../ports/FeatureRegistry.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"

export interface VersionedText extends ConsentText {
  /** The same words in the same language have the same version, on every server and after every start. */
  readonly version: string
}

export interface ConsentTextInput {
  readonly provider: string
  readonly features: ReadonlyArray<FeatureId>
  readonly scopes: ReadonlyArray<Scope>
  readonly locale: Language
}

/** 96 bits of a SHA-256: no two texts of a product meet by chance, and nobody gains by making them. */
const versionLength = 12

const compose = Effect.fnUntraced(function* (provider: Provider, asked: ConsentAsked) {
  const { catalogue, scopeTexts } = yield* FeatureRegistry
  const digest = yield* Digest.Digest
  const text = yield* Effect.fromResult(ConsentTexts.compose(catalogue, scopeTexts, provider, asked))
  const hash = yield* digest.digest(Digest.sha256, new TextEncoder().encode(ConsentTexts.canonicalText(text)))
  return { ...text, version: Base64Url.encode(hash.subarray(0, versionLength)) } satisfies VersionedText
})

/** The version that `GetConsentText` gives the text for the same features and scopes in the same language. */
export const versionOf = (
  provider: Provider,
  asked: ConsentAsked
): Effect.Effect<string, UnknownScope | UnknownFeature, FeatureRegistry | Digest.Digest> =>
  Effect.map(compose(provider, asked), ({ version }) => version)

/** Gives the words that a frontend shows before it sends a user to the provider. */
export class GetConsentText extends Context.Service<GetConsentText>()(
  "@oauth-manager/application/use-cases/GetConsentText",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const context = yield* Effect.context<FeatureRegistry | Digest.Digest>()
      return {
        get: Effect.fn("GetConsentText.get")(function* ({ provider, ...asked }: ConsentTextInput) {
          const { definition } = yield* registry.get(provider)
          return yield* Effect.provideContext(compose(definition, asked), context)
        })
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
