import type { ServerResponse } from "node:http"

/** What a simulated endpoint does with a request. */
export type Answer = (response: ServerResponse) => void

type Headers = Readonly<Record<string, string>>

export const reply =
  (status: number, body = "", headers: Headers = {}): Answer =>
  (response) =>
    void response.writeHead(status, { "content-type": "text/html", ...headers }).end(body)

export const json = (body: unknown, status = 200, headers: Headers = {}): Answer =>
  reply(status, JSON.stringify(body), { "content-type": "application/json", ...headers })

/** Takes the request and says nothing. */
export const silence: Answer = () => undefined

/** Sends the head and the beginning of a body, then nothing. */
export const stall: Answer = (response) =>
  void response.writeHead(200, { "content-type": "application/json" }).write('{"access_token":')

/** Breaks the connection before the head. */
export const reset: Answer = (response) => void response.destroy()

/** Breaks the connection in the middle of the body. */
export const breakOff: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
  response.write('{"access_token":', () => response.destroy())
}

/** A success, were it not for half a megabyte of spaces. */
export const huge: Answer = reply(200, `{"access_token":"access","padding":"${" ".repeat(512 * 1024)}"}`, {
  "content-type": "application/json"
})
