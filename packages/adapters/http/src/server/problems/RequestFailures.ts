import { Data, type Duration } from "effect"

/** The request carries no bearer token. */
export class AuthenticationMissing extends Data.TaggedError("AuthenticationMissing")<{}> {}

/** The bearer token is not one to trust, or says too little. */
export class TokenRejected extends Data.TaggedError("TokenRejected")<{
  readonly reason:
    | "malformed"
    | "algorithm"
    | "type"
    | "signature"
    | "expired"
    | "not_yet_valid"
    | "issuer"
    | "audience"
    | "subject"
    | "tenant"
    | "claims"
}> {}

/** The keys that bearer tokens are verified with cannot be fetched. */
export class KeysUnavailable extends Data.TaggedError("KeysUnavailable")<{}> {}

/** The caller, or who is at the caller's address, asks more often than they may. */
export class RateLimited extends Data.TaggedError("RateLimited")<{ readonly retryAfter: Duration.Duration }> {}

/** The cursor is not one that this list gave out. */
export class CursorMalformed extends Data.TaggedError("CursorMalformed")<{}> {}

export class MethodNotAllowed extends Data.TaggedError("MethodNotAllowed")<{
  readonly allowed: ReadonlyArray<string>
}> {}

/** A readiness check does not pass. */
export class NotReady extends Data.TaggedError("NotReady")<{ readonly failing: string }> {}
