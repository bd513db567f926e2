const lengthOf = (part: Uint8Array | string) => (typeof part === "string" ? Buffer.byteLength(part) : part.length)

/** Each part as its length (4 bytes, big-endian) and its bytes, so that no two lists of parts have the same encoding. */
export const encode = (parts: ReadonlyArray<Uint8Array | string>): Uint8Array => {
  const encoded = Buffer.alloc(parts.reduce((length, part) => length + 4 + lengthOf(part), 0))
  let offset = 0
  for (const part of parts) {
    const start = encoded.writeUInt32BE(lengthOf(part), offset)
    if (typeof part === "string") encoded.write(part, start)
    else encoded.set(part, start)
    offset = start + lengthOf(part)
  }
  return encoded
}

export const uint64 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
