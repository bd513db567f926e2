import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
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
          // The library's own name and wish are left out, so that those of ProviderHttp or the plugin stand
          const { accept: _accept, "user-agent": _agent, ...own } = headers
          resolve({
            method,
            url,
            headers: own,
            body: body ? { type: "application/x-www-form-urlencoded", text: body.toString() } : undefined
          })
          return new Response()
        }
        call({ [oauth.customFetch]: capture, [oauth.allowInsecureRequests]: isLoopbackHttp(url) }).catch(reject)
      }),
    catch: onInvalid
  })

/** The request with the plugin's headers, and its body in the plugin's encoding. */
export const adapt = (
  request: ProviderRequest,
  { encoding = "form", headers = {} }: NonNullable<ProviderDefinition["tokenRequests"]> = {}
): ProviderRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
  body:
    request.body === undefined || encoding === "form"
      ? request.body
      : { type: "application/json", text: JSON.stringify(Object.fromEntries(new URLSearchParams(request.body.text))) }
})

/** A JSON answer in the form that oauth4webapi processes. */
export const jsonResponse = (body: string): Response =>
  new Response(body, { headers: { "content-type": "application/json" } })
