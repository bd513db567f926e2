import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import {
  type Answer,
  breakOff,
  drip,
  flood,
  gzipBomb,
  json,
  reply,
  reset,
  silence,
  stall
} from "../simulators/Answer.ts"

const token = JSON.stringify({ access_token: "new-access", refresh_token: "new-refresh", token_type: "Bearer" })

const deep = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth)

const headers =
  (count: number): Answer =>
  (response) => {
    response.writeHead(
      200,
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, "a".repeat(1000)]))
    )
    response.end(token)
  }

/** Answers of a token endpoint that hold no token which could be used, and would hurt who takes them as they come. */
export const hostile: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  ["a page of HTML", reply(200, "<!doctype html><title>Sign in</title>")],
  ["an error page of 300 KiB", reply(400, "<p>".repeat(100 * 1024))],
  ["a body without end", flood],
  ["a body of 256 KiB and one byte", json(token.padEnd(256 * 1024 + 1))],
  ["a gzip bomb", gzipBomb],
  ["gzip that is cut off", reply(200, gzipSync(token).subarray(0, -12), { "content-encoding": "gzip" })],
  ["a gzip bomb in gzip", reply(200, gzipSync(gzipSync("a".repeat(4 * 1024 * 1024))), { "content-encoding": "gzip" })],
  [
    "Brotli that nobody asked for",
    reply(200, brotliCompressSync("a".repeat(8 * 1024 * 1024)), { "content-encoding": "br" })
  ],
  ["deflate that nobody asked for", reply(200, deflateSync(token), { "content-encoding": "deflate" })],
  ["lists in lists", json(deep(120_000, "[", "]"))],
  ["objects in objects", json(deep(40_000, '{"a":', "}").replace("}", "1}"))],
  ["a deep member beside no token", json(`{"scope":${deep(100_000, "[", "]")},"token_type":"Bearer"}`)],
  ["JSON that is cut off", json(token.slice(0, -1))],
  ["JSON in UTF-16", reply(200, Buffer.from(token, "utf16le"), { "content-type": "application/json" })],
  ["bytes that are no text", reply(200, Buffer.alloc(1024, 0xff))],
  ["nothing at all", reply(200)],
  ["headers without end", headers(64)],
  ["silence", silence],
  ["half of an answer", stall()],
  ["a byte now and then", drip],
  ["a broken connection", reset],
  ["a connection that breaks within the body", breakOff]
]
