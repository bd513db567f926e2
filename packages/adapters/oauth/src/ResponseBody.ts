import { Data, Effect, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"
import { gunzip } from "node:zlib"

/** No provider has a reason to send more; counted as received and again when inflated. */
export const maxBodyBytes = 256 * 1024

/** Too large, or compressed in a way that cannot be undone. */
export class BodyRefused extends Data.TaggedError("BodyRefused")<{}> {}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const inflate = (bytes: Uint8Array) =>
  Effect.callback<Uint8Array, BodyRefused>((resume) => {
    // maxOutputLength stops a gzip bomb while it inflates
    gunzip(bytes, { maxOutputLength: maxBodyBytes }, (error, inflated) =>
      resume(error === null ? Effect.succeed(inflated) : Effect.fail(new BodyRefused()))
    )
  })

/** The body as text, never holding more than 256 KiB of it; gzip is undone though it was not asked for. */
export const read = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
  const chunks: Array<Uint8Array> = []
  let size = 0
  yield* Stream.runForEach(response.stream, (chunk) => {
    size += chunk.length
    if (size > maxBodyBytes) return Effect.fail(new BodyRefused())
    chunks.push(chunk)
    return Effect.void
  })
  const bytes = Buffer.concat(chunks)
  return new TextDecoder().decode(isGzip(bytes) ? yield* inflate(bytes) : bytes)
})
