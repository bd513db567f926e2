import type { IntegrationId, UserScope } from "@oauth-manager/domain"
import type { Deployment } from "./ChaosPorts.ts"
import type { Skew } from "./SkewedClock.ts"

/** Of `RefreshTimings`, in milliseconds. */
export interface Timings {
  readonly call: number
  readonly lease: number
  readonly recovery: number
  readonly confirmAfter: number
  readonly wait: number
}

/** What a worker is started with. It dies at the given visit of the failpoint, where one is given. */
export interface WorkerSettings {
  readonly deployment: Deployment
  readonly timings: Timings
  readonly failpoint?: string
  readonly visit: number
  readonly skew?: Skew
}

/** So many callers at once: they `read` the access token, which is refreshed where it has ended, or have it renewed. */
export interface TokenRequest {
  readonly id: number
  readonly kind: "read" | "renew"
  readonly owner: UserScope
  readonly integrationId: IntegrationId
  readonly callers: number
}

/** The worker spends the refresh token itself, by one bare HTTP request: what it measures is the provider's own time. */
export interface BareRequest {
  readonly id: number
  readonly kind: "bare"
  readonly refreshToken: string
}

export type Request = TokenRequest | BareRequest

export interface Call {
  /** Such as `token`, `token refresh_in_progress` or `refused ProviderUnavailable timeout`. */
  readonly outcome: string
  readonly token?: string
  readonly milliseconds: number
}

export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly calls: ReadonlyArray<Call> }
