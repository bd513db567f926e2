import { type Answer, json, reply } from "../Answer.ts"

export type JsonObject = Readonly<Record<string, unknown>>
export type Headers = Readonly<Record<string, string>>

/** What a double answers when nothing goes wrong with the answer itself; a body that is text is a page. */
export interface Reply {
  readonly status: number
  readonly body: JsonObject | string
  readonly headers?: Headers
}

export const ok = (body: JsonObject, headers: Headers = {}): Reply => ({ status: 200, body, headers })

export const failed = (status: number, body: JsonObject, headers: Headers = {}): Reply => ({ status, body, headers })

/** What a person sees where the request is too wrong to send the browser back. */
export const page = (status: number, text: string): Reply => ({ status, body: `<!doctype html><p>${text}</p>` })

export const redirect = (target: string, parameters: Readonly<Record<string, string | undefined>>): Reply => {
  const location = new URL(target)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) location.searchParams.set(name, value)
  }
  return { status: 302, body: "", headers: { location: location.href } }
}

export const toAnswer = ({ body, headers = {}, status }: Reply): Answer =>
  typeof body === "string" ? reply(status, body, headers) : json(body, status, headers)
