import { Effect, Layer, Ref, Schema } from "effect"
import { type Cookies, FetchHttpClient, HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"

export class SandboxBrowserFailed extends Schema.TaggedError<SandboxBrowserFailed>()("SandboxBrowserFailed", {
  message: Schema.String
}) {}

export interface ConsentOptions {
  /** Default: the one the page suggests, which is the login_hint's or "ada". */
  readonly account?: string | undefined
  /** Default "allow". */
  readonly decision?: "allow" | "deny" | undefined
  /** The scopes left ticked; default all. Sign-in scopes are always granted. */
  readonly scopes?: ReadonlyArray<string> | undefined
  /** Asked of each redirect within the sandbox before it is followed; true ends the walk there. */
  readonly stopBefore?: ((url: URL) => boolean) | undefined
  /** The browser's cookies, to stay signed in from one consent to the next. */
  readonly cookies?: Ref.Ref<ReadonlyArray<Cookies.Cookie>> | undefined
}

const maxSteps = 12

const transport = Layer.mergeAll(
  FetchHttpClient.layer,
  Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }),
  Layer.succeed(HttpClient.TracerDisabledWhen, () => true)
)

const failed = (url: URL, what: string) =>
  new SandboxBrowserFailed({ message: `the sandbox's ${url.pathname.split("/")[1] ?? ""} page ${what}` })

const answerForm = (url: URL, page: string, options: ConsentOptions) => {
  const suggested = /name="account"\s+value="([^"]*)"/.exec(page)?.[1]
  if (suggested === undefined) return undefined
  return HttpClientRequest.post(url).pipe(
    HttpClientRequest.bodyUrlParams([
      ["account", options.account ?? suggested],
      ["decision", options.decision ?? "allow"],
      ...(options.scopes === undefined ? [] : ["", ...options.scopes].map((scope) => ["scope", scope] as const))
    ])
  )
}

const next = Effect.fnUntraced(function* (
  url: URL,
  response: HttpClientResponse.HttpClientResponse,
  options: ConsentOptions
) {
  const location = response.headers["location"]
  if (location !== undefined && response.status >= 300 && response.status < 400) {
    const target = new URL(location, url)
    return { url: target, request: HttpClientRequest.get(target), redirected: true }
  }
  const page = yield* response.text
  if (response.status !== 200) {
    const problem = /<p role="alert">([^<]*)</.exec(page)?.[1]
    return yield* failed(url, `answered ${response.status}${problem === undefined ? "" : `: ${problem}`}`)
  }
  const request = answerForm(url, page, options)
  if (request === undefined) return yield* failed(url, "has no consent form")
  return { url, request, redirected: false }
})

/**
 * Plays the user's browser: opens the authorization URL, answers the consent page and follows redirects within the
 * sandbox's origin. Returns the first redirect target outside it (the client's callback), which is not fetched.
 */
export const consent: (authorizationUrl: string, options?: ConsentOptions) => Effect.Effect<URL, SandboxBrowserFailed> =
  Effect.fn("SandboxBrowser.consent")(
    function* (authorizationUrl, options = {}) {
      if (!URL.canParse(authorizationUrl)) {
        return yield* new SandboxBrowserFailed({ message: "the authorization URL is not a URL" })
      }
      const cookies = options.cookies ?? (yield* Ref.make<ReadonlyArray<Cookies.Cookie>>([]))
      const client = HttpClient.withCookiesRef(yield* HttpClient.HttpClient, cookies)
      const start = new URL(authorizationUrl)
      let step = { url: start, request: HttpClientRequest.get(start), redirected: false }
      for (let count = 0; count < maxSteps; count++) {
        const response = yield* client
          .execute(step.request)
          .pipe(Effect.mapError((error) => failed(step.url, `cannot be reached (${error.reason._tag})`)))
        step = yield* next(step.url, response, options)
        if (step.redirected && (step.url.origin !== start.origin || options.stopBefore?.(step.url) === true)) {
          return step.url
        }
      }
      return yield* failed(step.url, `was still there after ${maxSteps} steps`)
    },
    Effect.catchTag("HttpClientError", (error) =>
      Effect.fail(new SandboxBrowserFailed({ message: `the sandbox's answer cannot be read (${error.reason._tag})` }))
    ),
    Effect.provide(transport)
  )
