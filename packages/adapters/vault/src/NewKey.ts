import { Redacted } from "effect"
import { randomBytes } from "node:crypto"
import * as AesGcm from "./AesGcm.ts"

/** A key that nobody has used, and the entry by which a keyring holds it. */
export interface NewKey {
  readonly id: string
  readonly entry: Redacted.Redacted<string>
}

export const make = (prefix: string): NewKey => {
  const id = `${prefix}-${randomBytes(4).toString("hex")}`
  const entry = `${id}:${randomBytes(AesGcm.keyLength).toString("base64")}`
  return { id, entry: Redacted.make(entry, { label: id }) }
}
