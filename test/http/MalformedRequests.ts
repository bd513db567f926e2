import type { Operation } from "./OpenApiDocument.ts"
import type { Randomness } from "./Randomness.ts"
import type { Call } from "./TestApi.ts"
import { adasToken, servicesToken, tokenOf } from "./TestCallers.ts"

export interface FuzzedRequest {
  readonly method: string
  readonly path: string
  readonly call: Call
}

const segments = [
  "me",
  "%00",
  "%ED%A0%80",
  "%E0%A4%A",
  "%zz",
  "%",
  "%25",
  "%2F",
  "%252e%252e",
  "..%5c",
  "__proto__",
  "constructor",
  "sandbox",
  "a".repeat(300),
  "a".repeat(1100),
  "%F0%9F%A4%96",
  "1",
  "-1",
  "null",
  "[]",
  "'%20OR%201=1--",
  "0190b4c5-0000-7000-8000-000000000001",
  "0190b4c5-0000-4000-8000-000000000001",
  "0190b4c500007000800000000000000g",
  "a;b",
  ""
] as const

const values: ReadonlyArray<string> = [
  "",
  "0",
  "1",
  "100",
  "1e3",
  "-0",
  "NaN",
  "%00",
  "%ED%A0%80",
  "%zz",
  "a".repeat(9000),
  "active",
  "shared",
  "sandbox",
  "[]",
  "c2FuZGJveA",
  "%3Cscript%3E",
  "🤖"
]

const names = [
  "limit",
  "cursor",
  "status",
  "provider",
  "confirm",
  "state",
  "code",
  "error",
  "iss",
  "__proto__",
  "x[]",
  ""
] as const

const deep = (depth: number): string => `${"[".repeat(depth)}1${"]".repeat(depth)}`

const json = (random: Randomness, depth = 0): unknown =>
  random.pick<() => unknown>(
    () => null,
    () => random.chance(0.5),
    () => random.pick(0, -1, 1.5, 1e308, 2 ** 53, -0),
    () =>
      random.pick(
        "",
        "a",
        "\u0000",
        "\ud800",
        "é".repeat(400),
        "<script>",
        "sandbox",
        "openid",
        "https://app.test/integrations"
      ),
    () => (depth > 3 ? [] : Array.from({ length: random.below(4) }, () => json(random, depth + 1))),
    () => (depth > 3 ? {} : Object.fromEntries([[random.pick("a", "id", "\u0000", "\udfff"), json(random, depth + 1)]]))
  )()

const properties = [
  "provider",
  "features",
  "scopes",
  "integration_id",
  "return_to",
  "login_hint",
  "completion_token",
  "min_ttl",
  "purpose",
  "user_id",
  "toString"
] as const

const object = (random: Randomness): unknown => {
  const valid = random.chance(0.5) ? { provider: "sandbox", return_to: "https://app.test/integrations" } : {}
  const wrong = Array.from({ length: random.below(4) }, () => [random.pick(...properties), json(random)])
  return { ...valid, ...Object.fromEntries(wrong) }
}

/** Well-formed, and yet nothing that can be done. */
const plausible = (random: Randomness): unknown => ({
  provider: random.pick("sandbox", "sandbox", "unconfigured", "google"),
  return_to: random.pick("https://app.test/integrations", "https://evil.test"),
  ...random.pick(
    {},
    { scopes: ["unheard.of"] },
    { features: ["un.known"] },
    { integration_id: "0190b4c5-0000-7000-8000-000000000001" }
  )
})

const bodyOf = (random: Randomness): unknown =>
  random.pick<() => unknown>(
    () => object(random),
    () => object(random),
    () => plausible(random),
    () => plausible(random),
    () => json(random) ?? "null",
    () => "{",
    () => "",
    () => "\u0000",
    () => '{"__proto__":{"admin":true},"provider":"sandbox"}',
    () => '{"constructor":{"prototype":{"x":1}}}',
    () => '{"min_ttl":1e999}',
    () => `{"min_ttl":${"9".repeat(400)}}`,
    () => '{"provider":"a","provider":["b"]}',
    () => deep(random.pick(1, 100, 20_000)),
    () => `{"provider":${deep(5000)}}`,
    () => JSON.stringify({ purpose: "x".repeat(random.pick(201, 65_000, 70_000)) }),
    () => "\ufeff{}",
    () => "a=b&c=d"
  )()

const headersOf = (random: Randomness): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {}
  const maybe = (share: number, name: string, ...choices: readonly [string, ...ReadonlyArray<string>]) => {
    if (random.chance(share)) headers[name] = random.pick(...choices)
  }
  maybe(
    0.2,
    "content-type",
    "text/plain",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "*/*",
    "",
    "application/jsonp",
    "application/x-www-form-urlencoded"
  )
  maybe(
    0.1,
    "authorization",
    "",
    "Bearer",
    "Basic x",
    "Bearer \u00ff",
    "Bearer a b",
    "bearer\t",
    `Bearer ${"x".repeat(9000)}`
  )
  maybe(0.2, "accept", "text/html", "text/*", "", "application/xml;q=1", "\u00ff")
  maybe(0.2, "x-request-id", "", "a b", "x".repeat(500), "<script>", "ok-1")
  maybe(0.1, "origin", "null", "https://evil.test", "*")
  maybe(0.1, "accept-encoding", "gzip", "gzip;q=x", "*")
  maybe(0.1, "content-encoding", "gzip", "br", "x")
  maybe(0.1, "x-http-method-override", "DELETE")
  maybe(0.1, "x-forwarded-host", "evil.test")
  maybe(0.1, "expect", "x")
  return headers
}

const queryOf = (random: Randomness): string => {
  const pairs = Array.from(
    { length: random.below(4) },
    () => `${random.pick(...names)}=${values[random.below(values.length)]}`
  )
  return pairs.length === 0 ? "" : `${random.pick("?", "?", "??", ";")}${pairs.join("&")}`
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] as const

/** What the path's parameters may be named after, for a request to get past them. */
export type Known = Readonly<Record<"user" | "integration" | "authorization" | "provider", string>>

const knownSegment = (template: string, name: string, known: Known): string => {
  if (name === "{user}") return known.user
  if (name === "{provider}") return known.provider
  return template.includes("integrations") ? known.integration : known.authorization
}

/** A request that is wrong in some way, to a route or close to one. */
export const malformed = (random: Randomness, operations: ReadonlyArray<Operation>, known: Known): FuzzedRequest => {
  const operation = operations[random.below(operations.length)]
  const template = operation?.path ?? "/"
  const segment = (name: string): string =>
    random.chance(0.8) ? knownSegment(template, name, known) : random.pick(...segments)
  const tail = random.chance(0.9) ? "" : random.pick("/", "//", "/x", "/.", "%20")
  const path = template.replaceAll(/\{\w+\}/g, segment) + tail
  const method = random.chance(0.9) ? (operation?.method ?? "GET") : random.pick(...methods)
  const bearer = random.pick<string | undefined>(
    adasToken,
    adasToken,
    servicesToken,
    servicesToken,
    tokenOf("x", []),
    undefined
  )
  const mayHaveBody = method !== "GET" && method !== "HEAD"
  return {
    method,
    path: path + queryOf(random),
    call: {
      ...(bearer === undefined ? {} : { bearer }),
      ...(mayHaveBody && random.chance(0.9) ? { body: bodyOf(random) } : {}),
      headers: headersOf(random)
    }
  }
}
