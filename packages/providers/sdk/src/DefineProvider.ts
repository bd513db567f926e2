import { Schema } from "effect"
import { ProviderDefinition } from "./ProviderDefinition.ts"

/**
 * Declares a provider; a plugin's default export. Everything is plain data and checked when the plugin is loaded.
 *
 * @see docs/plugins.md for each field
 */
export const defineProvider = (definition: typeof ProviderDefinition.Encoded): typeof ProviderDefinition.Encoded =>
  definition

/** Checks what a plugin exports. The error's issue names each field that is wrong and what was expected. */
export const decodeProvider = Schema.decodeUnknownResult(ProviderDefinition, {
  errors: "all",
  onExcessProperty: "error"
})
