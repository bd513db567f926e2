import type { ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"

/** What a simulated endpoint does with a request. */
export type Answer = (response: ServerResponse) => void

type Headers = Readonly<Record<string, string>>

export const reply =
  (status: number, body: string | Uint8Array = "", headers: Headers = {}): Answer =>
  (response) =>
    void response.writeHead(status, { "content-type": "text/html", ...headers }).end(body)

export const json = (body: unknown, status = 200, headers: Headers = {}): Answer =>
  reply(status, typeof body === "string" ? body : JSON.stringify(body), {
    "content-type": "application/json",
    ...headers
  })

export const gzipped = (body: string): Answer =>
  reply(200, gzipSync(body), { "content-type": "application/json", "content-encoding": "gzip" })

/** 64 MiB of text in some 64 KiB: a member of gzip that comes 64 times (RFC 1952 §2.2). */
export const gzipBomb: Answer = (response) => {
  const member = gzipSync("a".repeat(1024 * 1024))
  const bomb = Buffer.concat(Array.from({ length: 64 }, () => member))
  reply(200, bomb, { "content-type": "application/json", "content-encoding": "gzip" })(response)
}

/** Takes the request and says nothing. */
export const silence: Answer = () => undefined

/** Sends the head and the beginning of a body, then nothing. */
export const stall =
  (status = 200): Answer =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json" }).write('{"access_token":')

/** One byte every 20 ms, without end. */
export const drip: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json" })
  const timer = setInterval(() => response.write(" "), 20)
  response.once("close", () => clearInterval(timer))
}

/** As much as the client takes, without end. */
export const flood: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json" })
  const block = Buffer.alloc(64 * 1024, "a")
  const pour = () => {
    while (!response.destroyed && response.write(block));
  }
  response.on("drain", pour)
  pour()
}

/** Breaks the connection before the head. */
export const reset: Answer = (response) => void response.destroy()

/** Breaks the connection in the middle of the body. */
export const breakOff: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
  response.write('{"access_token":', () => response.destroy())
}
