import { deflateSync, gzipSync } from "node:zlib"
import type { Randomness } from "../http/Randomness.ts"

const statuses = [
  200, 200, 200, 200, 201, 204, 206, 301, 304, 400, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599, 999
] as const

const statusLines = [
  "HTTP/1.1 abc",
  "HTTP/9.9 200 OK",
  "ICY 200 OK",
  "HTTP/1.1",
  "",
  "\u0000",
  "HTTP/1.1 200\u0000 OK",
  "HTTP/1.1 099 x"
] as const

const odd: ReadonlyArray<unknown> = [
  null,
  true,
  0,
  -1,
  1e308,
  0.1,
  "",
  "\u0000",
  "\ud800",
  "a\r\nb",
  "é",
  "a".repeat(20_000),
  [],
  [null],
  {},
  { a: { b: [1, "x"] } },
  "3600",
  "null",
  "http://169.254.169.254/latest/meta-data",
  "-----BEGIN CERTIFICATE-----"
]

const members = [
  "access_token",
  "refresh_token",
  "token_type",
  "expires_in",
  "scope",
  "id_token",
  "error",
  "error_description",
  "error_uri",
  "sub",
  "id",
  "email",
  "name",
  "active",
  "issuer",
  "token_endpoint",
  "jwks_uri",
  "keys",
  "__proto__",
  "constructor",
  "toString",
  ""
] as const

const oddOne = (random: Randomness): unknown => odd[random.below(odd.length)]

const json = (random: Randomness, plausible: object): string => {
  const changed: Record<string, unknown> = { ...plausible }
  const own = Object.keys(plausible)
  for (let count = random.below(4); count >= 0; count--) {
    const name = random.chance(0.7) ? (own[random.below(own.length)] ?? "sub") : random.pick(...members)
    if (random.chance(0.2)) delete changed[name]
    else Object.defineProperty(changed, name, { value: oddOne(random), enumerable: true, configurable: true })
  }
  return JSON.stringify(changed)
}

const noise = (random: Randomness, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)))

const text = (random: Randomness, plausible: object): string | Buffer => {
  const usual = JSON.stringify(plausible)
  switch (random.below(20)) {
    case 0:
      return usual.slice(0, random.below(usual.length))
    case 1:
      return noise(random, random.below(300))
    case 2:
      return `${"[".repeat(10_000)}${"]".repeat(10_000)}`
    case 3:
      return `\ufeff${usual}`
    case 4:
      return Buffer.from(usual, "utf16le")
    case 5:
      return `<!doctype html><title>${random.below(1000)}</title>`
    case 6:
      return new URLSearchParams({ error: "invalid_grant", access_token: "x" }).toString()
    case 7:
      return usual.replace("{", `{"__proto__":${usual},`)
    case 8:
      return JSON.stringify([plausible, oddOne(random)])
    case 9:
      return JSON.stringify({
        error: random.pick("invalid_grant", "invalid_client", "slow_down", "\u0000", "server_error", "x".repeat(300)),
        error_description: oddOne(random)
      })
    default:
      return json(random, plausible)
  }
}

const encoded = (random: Randomness, body: Buffer): readonly [body: Buffer, header: string] => {
  switch (random.below(16)) {
    case 0:
      return [gzipSync(body), "content-encoding: gzip\r\n"]
    case 1:
      return [gzipSync(body).subarray(0, 12), "content-encoding: gzip\r\n"]
    case 2:
      return [deflateSync(body), "content-encoding: deflate\r\n"]
    case 3:
      return [body, `content-encoding: ${random.pick("gzip", "br", "zstd", "x", "gzip, gzip")}\r\n`]
    default:
      return [body, ""]
  }
}

const lengthOf = (random: Randomness, { length }: Buffer): string => {
  const told = random.chance(0.85)
    ? length
    : random.pick<number | string>(length + 7, Math.max(0, length - 3), -1, "1e3", "x", 2 ** 53)
  return `content-length: ${told}\r\n${random.chance(0.03) ? "content-length: 1\r\n" : ""}`
}

const oddHeaders = [
  "x: \u0000",
  "no colon",
  ": empty",
  " folded",
  "x: é",
  `x: ${"a".repeat(20_000)}`,
  "retry-after: -1",
  "retry-after: 1e9",
  "retry-after: Fri, 99 Foo 2026",
  "location: http://169.254.169.254/",
  "set-cookie: a=b",
  "content-type: text/html; charset=utf-7",
  "connection: upgrade\r\nupgrade: h2c",
  "transfer-encoding: chunked",
  "transfer-encoding: identity, chunked",
  "trailer: x"
] as const

/** What a server writes to its socket, and whether it then ends the connection, as it should, or falls silent. */
export interface RawAnswer {
  readonly bytes: Buffer
  readonly ends: boolean
}

/** An answer that is wrong in some way, or in several; now and then it is right. */
export const malformed = (random: Randomness, plausible: object): RawAnswer => {
  const [body, encoding] = encoded(random, Buffer.from(text(random, plausible)))
  const line = random.chance(0.03) ? random.pick(...statusLines) : `HTTP/1.1 ${random.pick(...statuses)} x`
  const type = random.pick(
    "application/json",
    "application/json",
    "text/html",
    "application/json; charset=utf-16",
    "",
    "\u0001"
  )
  const extra = random.chance(0.1) ? `${random.pick(...oddHeaders)}\r\n` : ""
  const head = `${line}\r\ncontent-type: ${type}\r\n${encoding}${lengthOf(random, body)}${extra}\r\n`
  const whole = Buffer.concat([Buffer.from(head, "latin1"), body])
  const bytes = random.chance(0.04) ? whole.subarray(0, random.below(whole.length)) : whole
  return { bytes, ends: !random.chance(0.005) }
}
