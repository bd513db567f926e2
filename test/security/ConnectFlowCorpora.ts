import type { Randomness } from "../http/Randomness.ts"

const hostHeaders = [
  "host",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-server",
  "x-forwarded-uri",
  "x-original-host",
  "x-original-url",
  "x-host",
  "x-rewrite-url",
  "forwarded",
  "origin",
  "referer"
] as const

const hosts = [
  "evil.test",
  "evil.test:443",
  "oauth.test.evil.test",
  "oauth.test@evil.test",
  "oauth.test, evil.test",
  "https://evil.test/v1/callback/sandbox",
  "host=evil.test;proto=http",
  "http",
  "8080",
  "/../evil",
  "[::1]",
  "localhost",
  "xn--e1awd7f.test",
  "evil.test/",
  "evil.test\\"
] as const

/** Headers by which frameworks and proxies tell what a server is called. */
export const spoofedHosts = (random: Randomness): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: 1 + random.below(4) }, () => [random.pick(...hostHeaders), random.pick(...hosts)])
  )

const evil = [
  "//evil.test",
  "///evil.test",
  "////evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/\t/evil.test",
  "https:evil.test",
  "https:/evil.test",
  "https:///evil.test",
  "http://evil.test",
  "https://evil.test",
  "https://evil.test#",
  "https://evil.test?",
  "https://evil.test/",
  "https://еvil.test",
  "https://evil。test",
  "https://evil.test%2f",
  "https://1.1.1.1",
  "https://0x7f000001",
  "https://[::1]",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://evil.test/x",
  "file:///etc/passwd",
  "intent://evil.test#Intent;end",
  "ws://evil.test",
  ".evil.test",
  "@evil.test",
  ":@evil.test",
  ":443@evil.test",
  "%00",
  "%0d%0aLocation:%20https://evil.test",
  "\r\nLocation: https://evil.test",
  "?next=https://evil.test",
  "#https://evil.test",
  ";https://evil.test",
  "/..;/evil",
  "/../../evil",
  "/.",
  "/",
  " ",
  "\t",
  "\u00a0",
  "\ufeff",
  "\u202e",
  "%2e%2e"
] as const

/** Addresses that browsers, parsers or people may take for `allowed`, or for a place to go. */
export const returnTricks = (allowed: string): ReadonlyArray<string> => {
  const url = new URL(allowed)
  const bases = [
    allowed,
    url.origin,
    url.host,
    url.pathname,
    `${url.protocol}//`,
    `//${url.host}`,
    allowed.toUpperCase(),
    allowed.replace("https:", "http:"),
    `${url.origin}:443${url.pathname}`,
    `${url.origin}.${url.pathname}`,
    `${url.protocol}//user:password@${url.host}${url.pathname}`
  ]
  const around = evil.flatMap((trick) => bases.flatMap((base) => [`${base}${trick}`, `${trick}${base}`]))
  const within = evil.map((trick) => `${url.protocol}//${url.host}${trick}${url.pathname}`)
  return [...new Set([...evil, ...around, ...within, ...bases])].filter((trick) => trick !== allowed)
}

const known = ["state", "code", "error", "error_description", "iss", "admin_consent"] as const

const valueOf = (random: Randomness): string =>
  random.pick("a", "b", "", "%00", "%F0%9F%A4%96", "access_denied", "https%3A%2F%2Fa.test", "x".repeat(200))

const spelled = (random: Randomness, name: string): string =>
  random.chance(0.2) ? name.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`) : name

/** A query with the state, in which one parameter that the callback knows comes more than once, in whatever spelling and order. */
export const pollutedQuery = (random: Randomness, state: string): string => {
  const twice = random.pick(...known)
  const pairs = [
    `state=${state}`,
    `code=${valueOf(random)}`,
    ...Array.from({ length: random.pick(2, 2, 3, 20) }, () => `${spelled(random, twice)}=${valueOf(random)}`),
    ...Array.from({ length: random.below(3) }, () => `${random.pick("scope", "prompt", "x[]", "")}=${valueOf(random)}`)
  ]
  return pairs.toSorted(() => random.below(3) - 1).join("&")
}
