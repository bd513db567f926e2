import { Clock, Data, Effect, Option, Predicate } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"

/** What a server answered. */
export interface Answer {
  readonly status: number
  /** By how many milliseconds its clock is ahead of ours; none where it does not tell the time. */
  readonly ahead: Option.Option<number>
  /** Empty where it was not asked for. */
  readonly body: string
}

/** No answer came; the message says why, in the words of the network. */
export class Unreached extends Data.TaggedError("Unreached")<{ readonly origin: string; readonly message: string }> {}

export const patience = "5 seconds"

const property = (value: unknown, name: string): unknown =>
  Predicate.hasProperty(value, name) ? value[name] : undefined

/** The innermost cause speaks of names and certificates; one of several addresses that all refuse has a code alone. */
const words = (cause: unknown): string | undefined =>
  cause === undefined
    ? undefined
    : words(property(cause, "cause"))
      || [property(cause, "message"), property(cause, "code")].filter(Predicate.isString).find((text) => text !== "")

/** `Date` (RFC 9110 §6.6.1) has whole seconds: the middle of its second is compared with the middle of the exchange. */
const aheadBy = (date: string | undefined, sent: number, received: number): Option.Option<number> => {
  const told = Date.parse(date ?? "")
  return Number.isNaN(told) ? Option.none() : Option.some(told + 500 - (sent + received) / 2)
}

const ask = Effect.fnUntraced(function* (url: string, readsBody: boolean) {
  const client = HttpClient.withScope(yield* HttpClient.HttpClient)
  const sent = yield* Clock.currentTimeMillis
  const response = yield* client.execute(
    HttpClientRequest.get(url, { headers: { accept: "application/json", "user-agent": "oauth-manager" } })
  )
  const received = yield* Clock.currentTimeMillis
  return {
    status: response.status,
    ahead: aheadBy(response.headers["date"], sent, received),
    body: readsBody ? yield* response.text : ""
  } satisfies Answer
}, Effect.scoped)

/** Asks with GET, follows no redirect, and has an answer within 5 seconds or none. */
export const get = (url: string, readsBody = false): Effect.Effect<Answer, Unreached, HttpClient.HttpClient> =>
  ask(url, readsBody).pipe(
    Effect.mapError(({ message, reason }) => words(reason.cause) ?? message),
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(`no answer within ${patience}`) }),
    Effect.mapError((message) => new Unreached({ origin: new URL(url).origin, message })),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )
