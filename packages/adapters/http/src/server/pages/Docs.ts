import { Effect } from "effect"
import { Digest } from "effect/crypto"
import { Base64 } from "effect/encoding"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiSwagger } from "effect/http-api"
import { Layer } from "effect"
import { Api } from "../../api/index.ts"

export const docsPath = "/docs"

const bytesOf = ({ body }: HttpServerResponse.HttpServerResponse): Uint8Array<ArrayBuffer> =>
  body._tag === "Uint8Array" ? new Uint8Array(body.body) : new Uint8Array()

const gzip = (bytes: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array> =>
  Effect.promise(() =>
    new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer()
  ).pipe(Effect.map((buffer) => new Uint8Array(buffer)))

const executed = /<script>([\s\S]*?)<\/script>/g

/** The page's own scripts run and nothing else does; it may call this service and no other host. */
const policyFor = (html: string, digest: Digest.Digest["Service"]): Effect.Effect<string> =>
  Effect.forEach(html.matchAll(executed), ([, script = ""]) =>
    Effect.map(
      digest.digest(Digest.sha256, new TextEncoder().encode(script)),
      (hash) => `'sha256-${Base64.encode(hash)}'`
    )
  ).pipe(
    Effect.map((hashes) =>
      [
        "default-src 'none'",
        `script-src ${hashes.join(" ")}`,
        "style-src 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'"
      ].join("; ")
    )
  )

const prepare = Effect.fnUntraced(function* (
  page: HttpServerResponse.HttpServerResponse,
  digest: Digest.Digest["Service"]
) {
  const plain = bytesOf(page)
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": yield* policyFor(new TextDecoder().decode(plain), digest),
    "cache-control": "private, max-age=300",
    vary: "Accept-Encoding"
  }
  return {
    plain: HttpServerResponse.uint8Array(plain, { headers }),
    gzipped: HttpServerResponse.uint8Array(yield* gzip(plain), { headers: { ...headers, "content-encoding": "gzip" } })
  }
})

const acceptsGzip = (header: string | undefined): boolean =>
  header !== undefined && /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?(?:,|$))/i.test(header)

/** Made ready once: the page is the same for everybody, and two megabytes. */
const prepared = HttpRouter.middleware(
  Effect.map(Digest.Digest, (digest) => {
    let ready: Effect.Effect<Effect.Success<ReturnType<typeof prepare>>> | undefined
    return (httpEffect) =>
      Effect.gen(function* () {
        const page = yield* httpEffect
        ready ??= yield* Effect.cached(prepare(page, digest))
        const { plain, gzipped } = yield* ready
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        return acceptsGzip(headers["accept-encoding"]) ? gzipped : plain
      })
  })
)

/** The API's documentation, in one page that asks no other host for anything. */
export const layer = HttpApiSwagger.layer(Api, { path: docsPath }).pipe(Layer.provide(prepared.layer))
