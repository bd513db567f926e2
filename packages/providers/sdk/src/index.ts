export { decodeProvider, defineProvider } from "./DefineProvider.ts"
export { apiVersion, ProviderDefinition } from "./ProviderDefinition.ts"
