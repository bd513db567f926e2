import { Application, type RegisteredProvider } from "@oauth-manager/application"
import { Oauth4webapiClient } from "@oauth-manager/oauth"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { type Duration, Effect, Layer } from "effect"
import { promptly } from "../application/TestApplication.ts"
import { ada } from "../application/Journey.ts"
import * as MemoryPorts from "../fakes/MemoryPorts.ts"
import { call, layerNoApplication, Ready } from "../http/TestApi.ts"
import * as TestCallers from "../http/TestCallers.ts"
import { client } from "./Outward.ts"

/** The API with the service's own OAuth client, so that a provider's answers go all the way; storage is in memory. */
export const layer = (provider: RegisteredProvider, deadline: Duration.Input) =>
  layerNoApplication().pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Application.layer.pipe(
          Layer.provide(promptly),
          Layer.provideMerge(MemoryPorts.layerWithoutClient([provider])),
          Layer.provideMerge(
            Oauth4webapiClient.layerWith({ deadline }).pipe(Layer.provide(client({ loopback: true })))
          ),
          Layer.provideMerge(NodeCrypto.layer)
        ),
        TestCallers.layer,
        Ready
      )
    )
  )

const path = "/v1/users/me"

/** Connects the sample provider, and gives the answer to the completion. */
export const connect = Effect.fnUntraced(function* (bearer = TestCallers.adasToken, code = "the-code") {
  const begun = yield* call("POST", `${path}/authorizations`, {
    bearer,
    body: { provider: "sample", scopes: ["notes"], return_to: MemoryPorts.returnTo }
  })
  const state = new URL(begun.body.authorization_url).searchParams.get("state") ?? ""
  const back = yield* call("GET", `/v1/callback/sample?${new URLSearchParams({ state, code })}`)
  const token = new URL(back.headers.get("location") ?? MemoryPorts.returnTo).searchParams.get("completion_token")
  return yield* call("POST", `${path}/authorizations/${begun.body.id}/complete`, {
    bearer,
    body: { completion_token: token ?? "none" }
  })
})

/** Asks for a token that lives for an hour, so that one which would not is refreshed. */
export const readToken = (id: string) =>
  call("POST", `/v1/users/${ada.user}/integrations/${id}/token`, {
    bearer: TestCallers.servicesToken,
    body: { min_ttl: 3600 }
  })

export const disconnect = (id: string) =>
  call("DELETE", `${path}/integrations/${id}`, { bearer: TestCallers.adasToken })
