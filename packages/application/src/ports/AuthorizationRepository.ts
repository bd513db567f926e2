import type { Authorization, AuthorizationId, Sealed, UserScope } from "@oauth-manager/domain"
import { Context, type DateTime, type Duration, type Effect, type Option } from "effect"
import type { ErasureInProgress } from "./ErasureRepository.ts"
import type { RepositoryUnavailable } from "./RepositoryUnavailable.ts"

/** What a claim to complete an authorization came to. Only `Claimed` hands out the sealed secrets. */
export type CompletionClaim =
  | { readonly _tag: "Claimed"; readonly code: Sealed; readonly flow: Sealed }
  | { readonly _tag: "WrongToken" }
  | { readonly _tag: "InProgress" }
  | { readonly _tag: "NotAuthorized" }

/** What a state leads to. `bindingHash` is there where the authorization is tied to the browser that began it. */
export interface BegunAuthorization {
  readonly authorization: Authorization
  readonly bindingHash: Option.Option<Uint8Array>
}

export class AuthorizationRepository extends Context.Service<
  AuthorizationRepository,
  {
    /**
     * Stores a pending authorization with the SHA-256 of its state, its sealed PKCE verifier and nonce, and the SHA-256 of what
     * ties it to a browser, where something does; not while the user is being erased, however the two race. Of the user's unfinished ones the newest `Authorizations.mostUnfinished` stay, and the others
     * expire, however many begin at once; one whose code is being redeemed does not.
     */
    readonly insert: (
      scope: UserScope,
      authorization: Authorization,
      secrets: { readonly stateHash: Uint8Array; readonly flow: Sealed; readonly bindingHash?: Uint8Array }
    ) => Effect.Effect<void, ErasureInProgress | RepositoryUnavailable>
    readonly find: (
      scope: UserScope,
      id: AuthorizationId
    ) => Effect.Effect<Option.Option<Authorization>, RepositoryUnavailable>
    /** Finds by the SHA-256 of a state and uses the state up, in one atomic step: of any number of callers one gets it, once. */
    readonly consumeStateAcrossUsers: (
      stateHash: Uint8Array
    ) => Effect.Effect<Option.Option<BegunAuthorization>, RepositoryUnavailable>
    /** Moves `pending` to `authorized`, with the sealed code and the SHA-256 of the completion token. False: it was not pending. */
    readonly park: (
      scope: UserScope,
      authorization: Authorization,
      secrets: { readonly code: Sealed; readonly completionHash: Uint8Array }
    ) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Takes the right to redeem the code, by the clock of the storage: one owner at a time, until it is released or runs out. */
    readonly claimCompletion: (
      scope: UserScope,
      id: AuthorizationId,
      claim: { readonly completionHash: Uint8Array; readonly owner: string; readonly duration: Duration.Duration }
    ) => Effect.Effect<CompletionClaim, RepositoryUnavailable>
    readonly releaseCompletion: (
      scope: UserScope,
      id: AuthorizationId,
      owner: string
    ) => Effect.Effect<void, RepositoryUnavailable>
    /** Writes a final status, its error and integration, and destroys all secrets of the flow. False: it already had a final status. */
    readonly finish: (scope: UserScope, authorization: Authorization) => Effect.Effect<boolean, RepositoryUnavailable>
    /** Fails the authorized authorization that has this completion token, whoever's it is, and destroys its secrets. */
    readonly destroyParkedAcrossUsers: (
      id: AuthorizationId,
      completionHash: Uint8Array
    ) => Effect.Effect<Option.Option<Authorization>, RepositoryUnavailable>
    /** Marks all unfinished authorizations that ended before `now` as expired and destroys their secrets. */
    readonly expireStaleAcrossUsers: (now: DateTime.Utc) => Effect.Effect<void, RepositoryUnavailable>
  }
>()("@oauth-manager/application/ports/AuthorizationRepository") {}
