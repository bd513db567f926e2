import { Context, Redacted } from "effect"
import { createHmac, hkdfSync } from "node:crypto"

/** What the trail keeps of an address, in hex: the same for the same address, and nothing to search addresses by without the key. */
export type AddressHash = (address: string) => string | null

/** No key, no hash: commands beside a server have no addresses. */
export const AddressHash = Context.Reference<AddressHash>("@oauth-manager/audit/AddressHash", {
  defaultValue: () => () => null
})

/** HMAC-SHA-256, cut to 16 bytes, under a key derived from the audit signing seed (HKDF, RFC 5869). */
export const keyed = (seed: Redacted.Redacted<Uint8Array>): AddressHash => {
  const key = new Uint8Array(hkdfSync("sha256", Redacted.value(seed), "", "oauth-manager audit address v1", 32))
  return (address) => createHmac("sha256", key).update(address).digest().subarray(0, 16).toString("hex")
}
