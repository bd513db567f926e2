import type { RegisteredProvider } from "@oauth-manager/application"
import { type Duration, Effect } from "effect"
import { HttpClient } from "effect/http"
import { prepare } from "./PreparedProvider.ts"
import * as ProviderHttp from "./ProviderHttp.ts"
import * as ProviderMetadata from "./ProviderMetadata.ts"

/**
 * Where a provider is asked for tokens, found as for a request to it, for those who check a deployment. Fails with what
 * would stand against every such request: metadata that cannot be read or do not fit, a client that proves itself in no
 * way that the provider takes.
 */
export const find = Effect.fn("TokenEndpointAddress.find")(function* (
  registered: RegisteredProvider,
  deadline: Duration.Input
) {
  const send = ProviderHttp.make(yield* HttpClient.HttpClient, deadline)
  const { endpoints } = yield* prepare(registered, yield* ProviderMetadata.make(send))
  return endpoints.token
})
