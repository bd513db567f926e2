import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto"

export const keyLength = 32
export const nonceLength = 12
const tagLength = 16

/** What a box is longer than its header and its plaintext. */
export const overhead = nonceLength + tagLength

// Without a fixed length, node accepts tags of 4 bytes (DEP0182).
const options = { authTagLength: tagLength }

/** header ‖ nonce ‖ ciphertext ‖ tag. The header is authenticated only where `aad` repeats it. */
export const seal = (box: {
  readonly key: KeyObject
  readonly header: Uint8Array
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
  readonly plaintext: Uint8Array
}): Uint8Array => {
  const { aad, header, key, nonce, plaintext } = box
  const cipher = createCipheriv("aes-256-gcm", key, nonce, options).setAAD(aad)
  const sealed = new Uint8Array(header.length + overhead + plaintext.length)
  sealed.set(header)
  sealed.set(nonce, header.length)
  sealed.set(cipher.update(plaintext), header.length + nonceLength)
  cipher.final()
  sealed.set(cipher.getAuthTag(), sealed.length - tagLength)
  return sealed
}

/** The plaintext of what follows the header, or undefined where it is not authentic. */
export const open = (box: {
  readonly key: KeyObject
  readonly headerLength: number
  readonly aad: Uint8Array
  readonly sealed: Uint8Array
}): Buffer | undefined => {
  const { aad, headerLength, key, sealed } = box
  const nonce = sealed.subarray(headerLength, headerLength + nonceLength)
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, options).setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  const plaintext = decipher.update(sealed.subarray(headerLength + nonceLength, sealed.length - tagLength))
  try {
    decipher.final()
    return plaintext
  } catch {
    return undefined
  }
}
