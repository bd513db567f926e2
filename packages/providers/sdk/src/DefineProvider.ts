import { Predicate, Result, Schema } from "effect"
import { explain } from "./Explanation.ts"
import { apiVersion, ProviderDefinition, type ProviderManifest } from "./ProviderDefinition.ts"

/**
 * Declares a provider; a plugin's default export. It is data, and hooks that are pure; all of it is checked when the
 * plugin is loaded.
 *
 * @see docs/plugins.md for each field
 */
export const defineProvider = (manifest: ProviderManifest): ProviderManifest => manifest

/** Checks what a plugin exports. The error's issue names each field that is wrong and what was expected. */
export const decodeProvider = Schema.decodeUnknownResult(ProviderDefinition, {
  errors: "all",
  onExcessProperty: "error",
  reportInput: true
})

/** A manifest of another contract is not judged by this one. */
const isOfAnotherVersion = (manifest: unknown): manifest is { readonly apiVersion: number } =>
  Predicate.hasProperty(manifest, "apiVersion")
  && typeof manifest.apiVersion === "number"
  && manifest.apiVersion !== apiVersion

/** The definition, or what is wrong with the manifest: a line for each field. */
export const readProvider = (manifest: unknown): Result.Result<ProviderDefinition, ReadonlyArray<string>> =>
  isOfAnotherVersion(manifest)
    ? Result.fail([
        `apiVersion: is ${manifest.apiVersion}, but this server speaks version ${apiVersion} of the plugin contract`
      ])
    : Result.mapError(decodeProvider(manifest), explain)
