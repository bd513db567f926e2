export { conformance } from "./Conformance.ts"
export type { DocumentedAccount, DocumentedError, DocumentedToken, Options } from "./Options.ts"
export { type CaseResult, runConformance } from "./RunConformance.ts"
