import { Console, Data, Duration, Effect, type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { mask } from "./Mask.ts"

export class DemoFailed extends Data.TaggedError("DemoFailed")<{ readonly message: string }> {}

interface Call {
  readonly method: "GET" | "POST" | "DELETE"
  readonly url: string
  readonly bearer?: Redacted.Redacted<string>
  readonly body?: unknown
  readonly expect: number
}

export interface Answer {
  readonly status: number
  readonly location: string
  readonly body: Record<string, unknown>
}

/** Sends a request as a client of the API would, and fails where the answer is another than expected. */
export const call = Effect.fnUntraced(
  function* ({ method, url, bearer, body, expect }: Call) {
    const request = HttpClientRequest.make(method)(url).pipe(
      bearer === undefined ? (same) => same : HttpClientRequest.bearerToken(bearer),
      body === undefined ? (same) => same : HttpClientRequest.bodyJsonUnsafe(body)
    )
    const response = yield* HttpClient.execute(request)
    const text = yield* response.text
    const isJson = response.headers["content-type"]?.includes("json") === true
    const answer: Answer = {
      status: response.status,
      location: response.headers["location"] ?? "",
      body: isJson ? JSON.parse(text) : {}
    }
    return answer.status === expect
      ? answer
      : yield* new DemoFailed({
          message: `${method} ${new URL(url).pathname} answered ${answer.status}: ${JSON.stringify(mask(answer.body))}`
        })
  },
  Effect.catchTag("HttpClientError", (error) =>
    Effect.fail(new DemoFailed({ message: `no answer: ${error.reason._tag}` }))
  )
)

/** Runs a step, and prints what it was, how long it took and what came of it. */
export const step =
  (number: number, title: string) =>
  <A, E, R>(self: Effect.Effect<{ readonly result: A; readonly shown: unknown }, E, R>) =>
    Effect.gen(function* () {
      const [duration, { result, shown }] = yield* Effect.timed(self)
      const milliseconds = Math.round(Duration.toMillis(duration))
      yield* Console.log(`\n${String(number).padStart(2)}  ${title}  (${milliseconds} ms)`)
      yield* Console.log(JSON.stringify(mask(shown), null, 2).replaceAll(/^/gm, "      "))
      return result
    })
