/** What is wrong with a manifest, the manifest, and what its author is told. */
export type Malformed = readonly [fault: string, manifest: unknown, told: ReadonlyArray<string>]

export const secureUrl = "must be an absolute https:// URL without user and fragment (http:// on loopback alone)"
