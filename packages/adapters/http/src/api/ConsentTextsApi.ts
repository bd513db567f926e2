import { FeatureId, Language, Scope } from "@oauth-manager/domain"
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { ConsentTextView } from "./ConsentTextView.ts"
import { everywhere, Problems } from "./problems/Problems.ts"

const listOf = <A extends string>(item: Schema.Codec<A, string>, separator: string) =>
  Schema.String.pipe(
    Schema.decodeTo(
      Schema.Array(Schema.String),
      SchemaTransformation.transform({
        decode: (text): ReadonlyArray<string> => text.split(separator).filter((value) => value !== ""),
        encode: (values) => values.join(separator)
      })
    ),
    Schema.decodeTo(Schema.Array(item))
  )

/** `features` are parted by commas; `scopes` by spaces, as in OAuth (RFC 6749 §3.3). `locale` is English when absent. */
const query = {
  provider: Schema.String,
  features: Schema.optionalKey(listOf(FeatureId, ",")),
  scopes: Schema.optionalKey(listOf(Scope, " ")),
  locale: Schema.optionalKey(Language)
}

export const ConsentTextsApi = HttpApiGroup.make("consentTexts")
  .add(
    HttpApiEndpoint.get("get", "/v1/consent-texts", {
      query,
      success: ConsentTextView,
      error: [...everywhere, Problems.unknown_provider, Problems.unknown_scope, Problems.unknown_feature]
    }).annotate(OpenApi.Summary, "Give the words to show before a user leaves for the provider")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Consent texts")
