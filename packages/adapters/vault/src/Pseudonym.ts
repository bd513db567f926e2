import { createHmac, type KeyObject } from "node:crypto"

/** HMAC-SHA-256 under a key of its own, which is derived from the data key (in one step of HKDF-Expand, RFC 5869). */
export const make = (dataKey: KeyObject, kind: string, text: string): Uint8Array => {
  const derived = createHmac("sha256", dataKey).update("oauth-manager pseudonym").update(Uint8Array.of(1)).digest()
  return createHmac("sha256", derived).update(`${kind}\0`).update(text).digest()
}
