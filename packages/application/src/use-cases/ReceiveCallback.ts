import {
  type AuditEvent,
  type Authorization,
  type AuthorizationError,
  type AuthorizationId,
  Authorizations
} from "@oauth-manager/domain"
import { Context, Data, DateTime, Effect, Equal, Layer, Option, type Redacted } from "effect"
import { Chronicle } from "../access/Chronicle.ts"
import { Journal } from "../access/Journal.ts"
import { OneTimeSecret } from "../access/OneTimeSecret.ts"
import { AuthorizationRepository, type BegunAuthorization } from "../ports/AuthorizationRepository.ts"
import { HoldsAnswer } from "../ports/HoldsAnswer.ts"
import { CallbackRefused, type CallbackParameters, OAuthClient } from "../ports/OAuthClient.ts"
import { ProviderRegistry } from "../ports/ProviderRegistry.ts"
import { TokenVault } from "../ports/TokenVault.ts"
import { UnitOfWork } from "../ports/UnitOfWork.ts"
import { codeContext, sealCallback } from "../vault/SealingContexts.ts"

/** No authorization waits for this state: it was never given out, or was used already. */
export class UnknownState extends Data.TaggedError("UnknownState")<{}> {}

/** What the browser that comes back holds for an authorization. */
export type BindingsOfBrowser = (id: AuthorizationId) => Option.Option<Redacted.Redacted<string>>

/** Where to send the browser, and what to tell the product there. */
export type CallbackResult = { readonly returnTo: string; readonly authorizationId: AuthorizationId } & (
  | { readonly _tag: "Authorized"; readonly completionToken: Redacted.Redacted<string> }
  | { readonly _tag: "Failed"; readonly error: AuthorizationError | "expired" }
)

/**
 * Takes the provider's redirect: uses the state up and parks the code, sealed. The code is never redeemed here, since
 * nothing ties this browser to the user who began the flow; that user redeems it by `CompleteAuthorization`.
 */
export class ReceiveCallback extends Context.Service<ReceiveCallback>()(
  "@oauth-manager/application/use-cases/ReceiveCallback",
  {
    make: Effect.gen(function* () {
      const registry = yield* ProviderRegistry
      const oauth = yield* OAuthClient
      const vault = yield* TokenVault
      const units = yield* UnitOfWork
      const authorizations = yield* AuthorizationRepository
      const chronicle = yield* Chronicle
      const journal = yield* Journal
      const secrets = yield* OneTimeSecret

      const record = (
        authorization: Authorization,
        requestId: string,
        outcome: Pick<AuditEvent, "action" | "outcome" | "reason">
      ) =>
        Effect.flatMap(
          journal.byNobody(authorization.owner, requestId, {
            ...outcome,
            object: { type: "authorization", id: authorization.id }
          }),
          (event) => chronicle.record(event)
        )

      /** A provider that cannot be asked now is asked again when the user completes, before the code is redeemed. */
      const readCode = Effect.fnUntraced(
        function* (provider: string, authorization: Authorization, parameters: CallbackParameters) {
          if (authorization.provider !== provider) return yield* new CallbackRefused({ error: "provider_mismatch" })
          const { code, error } = parameters
          const registered = yield* registry.get(provider)
          return yield* oauth
            .readCallback(registered, parameters)
            .pipe(
              Effect.catchTag("ProviderUnavailable", () =>
                code === undefined || error !== undefined
                  ? Effect.fail(new CallbackRefused({ error: "provider_error" }))
                  : Effect.succeed(code)
              )
            )
        },
        Effect.catchTag(["UnknownProvider", "ProviderMisconfigured"], () =>
          Effect.fail(new CallbackRefused({ error: "provider_error" }))
        )
      )

      const refuse = Effect.fnUntraced(function* (
        authorization: Authorization,
        requestId: string,
        error: AuthorizationError
      ) {
        const failed = yield* Effect.fromResult(Authorizations.fail(authorization, error)).pipe(Effect.orDie)
        yield* units.forUser(
          authorization.owner,
          Effect.andThen(
            authorizations.finish(authorization.owner, failed),
            record(authorization, requestId, { action: "authorization.failed", outcome: "failure", reason: error })
          )
        )
        return { _tag: "Failed", error } as const
      })

      const park = Effect.fnUntraced(function* (
        authorization: Authorization,
        requestId: string,
        callback: Redacted.Redacted<string>
      ) {
        const authorized = yield* Effect.fromResult(Authorizations.authorize(authorization)).pipe(Effect.orDie)
        const completion = yield* secrets.generate
        const parked = yield* units.forUser(
          authorization.owner,
          Effect.gen(function* () {
            const sealed = yield* vault.seal(codeContext(authorization), callback)
            const isParked = yield* authorizations.park(authorization.owner, authorized, {
              code: sealed,
              completionHash: completion.hash
            })
            if (isParked) {
              yield* record(authorization, requestId, { action: "authorization.authorized", outcome: "success" })
            }
            return isParked
          })
        )
        return parked
          ? ({ _tag: "Authorized", completionToken: completion.secret } as const)
          : ({ _tag: "Failed", error: "expired" } as const)
      })

      const isWrongBrowser = Effect.fnUntraced(function* (
        { authorization, bindingHash }: BegunAuthorization,
        bindings: BindingsOfBrowser
      ) {
        if (Option.isNone(bindingHash)) return false
        const brought = bindings(authorization.id)
        return Option.isNone(brought) || !Equal.equals(yield* secrets.hash(brought.value), bindingHash.value)
      })

      return {
        receive: Effect.fn("ReceiveCallback.receive")(function* (
          provider: string,
          state: Redacted.Redacted<string>,
          parameters: CallbackParameters,
          requestId: string,
          bindings: BindingsOfBrowser
        ) {
          yield* chronicle.ready
          const consumed = yield* authorizations.consumeStateAcrossUsers(yield* secrets.hash(state))
          const begun = yield* Effect.fromOption(consumed).pipe(Effect.mapError(() => new UnknownState()))
          const { authorization } = begun
          const target = { returnTo: authorization.returnTo, authorizationId: authorization.id }
          if (Authorizations.statusAt(authorization, yield* DateTime.now) === "expired") {
            return { ...target, _tag: "Failed", error: "expired" } satisfies CallbackResult
          }
          const reading = (yield* isWrongBrowser(begun, bindings))
            ? Effect.fail(new CallbackRefused({ error: "wrong_browser" }))
            : readCode(provider, authorization, parameters)
          const outcome = yield* Effect.matchEffect(reading, {
            onFailure: (refused) => refuse(authorization, requestId, refused.error),
            onSuccess: (code) => park(authorization, requestId, sealCallback(code, parameters))
            // The state is spent: the browser cannot come again
          }).pipe(Effect.provideService(HoldsAnswer, true))
          return { ...target, ...outcome } satisfies CallbackResult
        }, Effect.uninterruptible)
      }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
