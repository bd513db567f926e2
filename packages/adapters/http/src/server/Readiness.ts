import { Context, type Effect } from "effect"

/** What must work for the service to be of use, each check by a name that may be shown to anybody. */
export class Readiness extends Context.Service<
  Readiness,
  {
    readonly checks: ReadonlyArray<{
      readonly name: string
      readonly check: Effect.Effect<void, unknown>
      /** Much works without it: that it fails is told, and takes no server out of service. */
      readonly mayFail?: boolean
    }>
  }
>()("@oauth-manager/http/server/Readiness") {}
