import { FeatureId, Language, ProviderId, Scope } from "@oauth-manager/domain"
import { explain } from "@oauth-manager/provider-sdk"
import { Effect, Predicate, Record, Result, Schema, SchemaTransformation } from "effect"
import { Yaml } from "effect/encoding"
import { readFile } from "node:fs/promises"

const TextByLanguage = Schema.Record(Language, Schema.NonEmptyString).check(
  Schema.makeFilter((texts) => Object.keys(texts).length > 0 || "must name a language")
)

/** One text for all languages, or one for each. */
export const LocalText = Schema.Union([Schema.NonEmptyString, TextByLanguage])
export type LocalText = typeof LocalText.Type

const Scopes = Schema.optionalKey(Schema.Array(Scope))

/** What is needed of an account at one provider; of nothing, the account itself. */
export const FilePart = Schema.Struct({
  /** Of the provider's plugin, whose scopes these are. */
  features: Schema.optionalKey(Schema.Array(FeatureId)),
  scopes: Scopes,
  optional: Scopes
})
export type FilePart = typeof FilePart.Type

const PartsByProvider = Schema.Record(ProviderId, FilePart)

const PartOfProvider = Schema.toType(Schema.Tuple([ProviderId, FilePart]))

const FileAlternative = PartsByProvider.pipe(
  Schema.decodeTo(
    Schema.Array(PartOfProvider),
    SchemaTransformation.transform({
      decode: (parts): ReadonlyArray<readonly [ProviderId, FilePart]> => Record.toEntries(parts),
      encode: (entries) => Record.fromEntries(entries)
    })
  ),
  Schema.decodeTo(Schema.NonEmptyArray(PartOfProvider), SchemaTransformation.passthrough({ strict: false }))
)
export type FileAlternative = typeof FileAlternative.Type

export const FileFeature = Schema.Struct({
  title: LocalText,
  description: Schema.optionalKey(LocalText),
  purpose: Schema.optionalKey(LocalText),
  any_of: Schema.NonEmptyArray(FileAlternative),
  requires: Schema.optionalKey(Schema.Array(FeatureId))
})
export type FileFeature = typeof FileFeature.Type

const FileWords = Schema.Struct({
  title: Schema.optionalKey(Schema.NonEmptyString),
  description: Schema.optionalKey(Schema.NonEmptyString)
})

export const FeaturesFile = Schema.Struct({
  features: Schema.optionalKey(Schema.Record(FeatureId, FileFeature)),
  texts: Schema.optionalKey(Schema.Record(Language, Schema.Record(ProviderId, Schema.Record(Scope, FileWords))))
})
export type FeaturesFile = typeof FeaturesFile.Type

const decode = Schema.decodeUnknownResult(FeaturesFile, {
  errors: "all",
  onExcessProperty: "error",
  reportInput: true
})

const messageOf = (error: unknown): string => (Predicate.isError(error) ? error.message : "unknown")

const explained = { whole: "the file", contract: "the features file" }

/** What the text says, or what is wrong with it, line by line. JSON is read as the YAML that it is. */
export const parse = (text: string): Result.Result<FeaturesFile, ReadonlyArray<string>> =>
  Result.try({ try: () => Yaml.parse(text), catch: (error) => [`is neither YAML nor JSON: ${messageOf(error)}`] }).pipe(
    Result.flatMap((value) => Result.mapError(decode(value), (error) => explain(error, explained)))
  )

/** Reads the file at the path, or tells what is wrong. */
export const read = (path: string): Effect.Effect<FeaturesFile, ReadonlyArray<string>> =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) => [`cannot be read: ${messageOf(error)}`]
  }).pipe(Effect.flatMap((text) => Effect.fromResult(parse(text))))
