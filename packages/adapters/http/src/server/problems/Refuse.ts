import type { VaultFailed } from "@oauth-manager/application"
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import type { ProblemOf } from "../../api/index.ts"
import { CurrentRequestId } from "../request/CurrentRequestId.ts"
import { type Refusal, toProblem } from "./Refusal.ts"
import { refusals, type Refused } from "./Refusals.ts"

type Refusals = typeof refusals

type ProblemFor<Failure> = Failure extends { readonly _tag: infer Tag extends keyof Refusals }
  ? ProblemOf<ReturnType<Refusals[Tag]>["code"]>
  : never

export const refusalOf = <Failure extends Refused>(failure: Failure): Refusal =>
  (refusals[failure._tag] as (failure: Failure) => Refusal)(failure)

/** Turns a failure into its problem. What the vault refuses is a fault of the service, and no caller's business. */
const refuse = <Failure extends Refused | VaultFailed>(failure: Failure): Effect.Effect<never, ProblemFor<Failure>> =>
  Effect.withFiber((fiber) => {
    if (failure._tag === "VaultFailed") return Effect.die(failure)
    const refusal = refusalOf(failure)
    HttpEffect.appendPreResponseHandlerUnsafe(fiber.context, (_, response) =>
      Effect.succeed(HttpServerResponse.setHeaders(response, refusal.headers))
    )
    return Effect.fail(toProblem(refusal, fiber.getRef(CurrentRequestId)) as ProblemFor<Failure>)
  })

/** Fails with problems instead of failures. */
export const refusing = <A, Failure extends Refused | VaultFailed, R>(
  effect: Effect.Effect<A, Failure, R>
): Effect.Effect<A, ProblemFor<Failure>, R> => effect.pipe(Effect.catch(refuse))
