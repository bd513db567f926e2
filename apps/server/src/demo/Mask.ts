const secretFields = new Set(["access_token", "completion_token", "code", "state", "nonce", "code_challenge"])

const shorten = (secret: string): string => `${secret.slice(0, 4)}… (${secret.length} characters)`

const maskUrl = (text: string): string => {
  const url = new URL(text)
  for (const [name, value] of url.searchParams) {
    if (secretFields.has(name)) url.searchParams.set(name, `${value.slice(0, 4)}...`)
  }
  return url.toString()
}

/** A copy for the screen: secrets shortened, in fields and in the queries of URLs. */
export const mask = (value: unknown, field = ""): unknown => {
  if (typeof value === "string") {
    if (secretFields.has(field)) return shorten(value)
    return URL.canParse(value) && value.includes("?") ? maskUrl(value) : value
  }
  if (Array.isArray(value)) return value.map((item) => mask(item, field))
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mask(inner, name)]))
    : value
}
