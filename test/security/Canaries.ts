import { assert } from "vitest"

/** How a secret may stand in a text: as it is, and as URLs, JSON, dumps and encoders write it. */
export const encodings = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString("hex")
  // Base64 depends on where in a longer text the secret begins: the middle of each of the three ways is looked for.
  const shifted = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .slice(4, -4)
  )
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...shifted,
    ...shifted.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))
  ]
}

export const secretsOf = (fields: Iterable<[string, unknown]>, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...fields].flatMap(([name, value]) => (names.includes(name) && typeof value === "string" ? [value] : []))

export const assertAbsent = (secrets: ReadonlyArray<string>, where: string, text: string) => {
  for (const secret of secrets) {
    for (const encoded of encodings(secret)) {
      assert.isFalse(text.includes(encoded), `a secret of ${secret.length} characters stands in ${where}`)
    }
  }
}
