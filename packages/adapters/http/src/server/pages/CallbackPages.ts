import { Cause, Effect, Layer, Option, Schema } from "effect"
import { HttpServerRequest } from "effect/http"
import { PagesForBrowsers, problemCatalogue, type ProblemCode, problemCodes } from "../../api/index.ts"
import { explain } from "../problems/Explain.ts"
import { page } from "./Page.ts"

const startAgain = "Go back to the application and connect the account again."

const later = ["The service cannot finish this right now.", "Wait a moment, then reload this page."]

const paragraphs: Partial<Record<ProblemCode, ReadonlyArray<string>>> = {
  unknown_state: ["This link was used before, is too old, or was never given out.", startAgain],
  invalid_request: ["This link is not one that a provider would send you to.", startAgain],
  audit_unavailable: later,
  storage_unavailable: later
}

const pageFor = (code: ProblemCode) =>
  page(
    "The account could not be connected",
    paragraphs[code] ?? ["Something went wrong on our side.", startAgain],
    problemCatalogue[code].status
  )

const isProblem = Schema.is(Schema.Struct({ code: Schema.Literals(problemCodes) }))

const codeOf = (cause: Cause.Cause<unknown>): Effect.Effect<ProblemCode> =>
  Option.match(Option.filter(Cause.findErrorOption(cause), isProblem), {
    onNone: () => Effect.map(explain(cause), ({ code }) => code),
    onSome: ({ code }) => Effect.succeed(code)
  })

const wantsPage = (accept: string | undefined): boolean => accept !== undefined && /\btext\/html\b/i.test(accept)

/** A person who cannot be sent back to the application is told what to do, in words that are all our own. */
export const layer = Layer.succeed(
  PagesForBrowsers,
  PagesForBrowsers.of((httpEffect) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
      wantsPage(headers["accept"])
        ? Effect.catchCause(httpEffect, (cause) =>
            Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause) : Effect.map(codeOf(cause), pageFor)
          )
        : httpEffect
    )
  )
)
