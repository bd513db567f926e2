/** The 16 bytes of a data key's id, a UUID. */
export const toBytes = (id: string): Uint8Array => {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex")
  if (bytes.length !== 16) throw new TypeError("the id of a data key is no UUID")
  return bytes
}

export const names = (id: string, bytes: Uint8Array): boolean => Buffer.compare(toBytes(id), bytes) === 0
