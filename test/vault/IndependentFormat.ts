// Written from the words of docs/security.md alone, over WebCrypto: it shares no code with the vault.
export const unhex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"))
export const uuid = (id: string) => unhex(id.replaceAll("-", ""))

const length = (bytes: Uint8Array) => {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(bytes.length)
  return prefix
}

export const associatedData = (...parts: ReadonlyArray<string | Uint8Array>) => {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part))
  return Uint8Array.from(Buffer.concat(bytes.flatMap((part) => [length(part), part])))
}

export const generation = (value: number) =>
  Uint8Array.from({ length: 8 }, (_, index) => Math.floor(value / 256 ** (7 - index)) % 256)

const decrypt = async (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, data: Uint8Array) => {
  const imported = await crypto.subtle.importKey("raw", Uint8Array.from(key), "AES-GCM", false, ["decrypt"])
  const options = { name: "AES-GCM", iv: Uint8Array.from(nonce), additionalData: Uint8Array.from(aad), tagLength: 128 }
  return new Uint8Array(await crypto.subtle.decrypt(options, imported, Uint8Array.from(data)))
}

/** Bytes 1–12 are the nonce, the rest is ciphertext and tag. */
export const unwrapDataKey = (kek: Uint8Array, aad: Uint8Array, wrapped: Uint8Array) =>
  decrypt(kek, wrapped.slice(1, 13), aad, wrapped.slice(13))

/** Bytes 17–28 are the nonce, the rest is ciphertext and tag. */
export const openSealed = async (dataKey: Uint8Array, aad: Uint8Array, sealed: Uint8Array) =>
  Buffer.from(await decrypt(dataKey, sealed.slice(17, 29), aad, sealed.slice(29))).toString("utf8")
