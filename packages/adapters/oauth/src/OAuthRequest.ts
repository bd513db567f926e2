import { Effect } from "effect"
import * as oauth from "oauth4webapi"
import { isLoopbackHttp } from "./EndpointUrl.ts"
import type { ProviderRequest } from "./ProviderHttp.ts"

type CapturingFetch = (
  url: string,
  options: oauth.CustomFetchOptions<"GET" | "POST", URLSearchParams | undefined | null>
) => Promise<Response>

interface Options {
  readonly [oauth.customFetch]: CapturingFetch
  readonly [oauth.allowInsecureRequests]: boolean
}

/**
 * The request that an oauth4webapi function would send to `url`. It is sent by `ProviderHttp` instead, so that the
 * deadline, the body limit and interruption are Effect's. None of the library's errors gets out: their causes quote
 * whole messages.
 */
export const build = <E>(
  url: string,
  call: (options: Options) => Promise<Response>,
  onInvalid: () => E
): Effect.Effect<ProviderRequest, E> =>
  Effect.tryPromise({
    try: () =>
      new Promise<ProviderRequest>((resolve, reject) => {
        const capture: CapturingFetch = async (url, { body, headers, method }) => {
          resolve({ method, url, headers, form: body?.toString() })
          return new Response()
        }
        call({ [oauth.customFetch]: capture, [oauth.allowInsecureRequests]: isLoopbackHttp(url) }).catch(reject)
      }),
    catch: onInvalid
  })

/** A JSON answer in the form that oauth4webapi processes. */
export const jsonResponse = (body: string): Response =>
  new Response(body, { headers: { "content-type": "application/json" } })
