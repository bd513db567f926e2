import type { RegisteredProvider } from "@oauth-manager/application"
import type { Feature } from "@oauth-manager/domain"
import { HttpServer, RateLimits, Readiness, routerConfig } from "@oauth-manager/http/server"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Context, Effect, Layer, Option } from "effect"
import { HttpEffect, HttpRouter, HttpServer as Server, HttpServerRequest } from "effect/http"
import { providers } from "../application/Providers.ts"
import { layerOf, promptly } from "../application/TestApplication.ts"
import * as TestCallers from "./TestCallers.ts"

export interface Call {
  readonly bearer?: string
  /** A string or a stream is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | null
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever JSON the API answers
  readonly body: any
}

const bodyOf = (body: unknown): BodyInit =>
  typeof body === "string" || body instanceof ReadableStream ? body : JSON.stringify(body)

const requestOf = (method: string, path: string, { bearer, body, headers, signal = null }: Call): Request =>
  new Request(`http://api.test${path}`, {
    method,
    signal,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers
    },
    ...(body === undefined ? {} : { body: bodyOf(body), duplex: "half" })
  })

const read = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "") && text !== ""
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** The API in this process, without a socket. */
export class TestApi extends Context.Service<
  TestApi,
  { readonly call: (method: string, path: string, call?: Call) => Effect.Effect<Answer> }
>()("@oauth-manager/test/http/TestApi") {}

/** From where calls come that do not say otherwise. */
export const callersAddress = "192.0.2.7"
const peerHeader = "x-test-peer"

/** The address of a call's connection. */
export const from = (peer: string, headers: Readonly<Record<string, string>> = {}) => ({
  ...headers,
  [peerHeader]: peer
})

const fromPeer = Effect.updateService(HttpServerRequest.HttpServerRequest, (request) =>
  request.modify({ remoteAddress: Option.some(request.headers[peerHeader] ?? callersAddress) })
)

/** All routes, over whatever application is provided. */
export const layerNoApplication = (
  options?: HttpServer.HttpServerOptions,
  limits: Layer.Layer<RateLimits> = RateLimits.layerNone
) =>
  Layer.effect(
    TestApi,
    Effect.gen(function* () {
      const app = yield* HttpRouter.toHttpEffect(HttpServer.routes(options))
      const context = yield* Effect.context<never>()
      const handle = HttpEffect.toWebHandlerWith<never, HttpServerRequest.HttpServerRequest>(context)(
        Effect.scoped(fromPeer(app))
      )
      return TestApi.of({
        call: (method, path, call = {}) => Effect.promise(async () => read(await handle(requestOf(method, path, call))))
      })
    })
  ).pipe(
    Layer.provide([
      Layer.succeed(HttpRouter.RouterConfig, routerConfig),
      Server.layerServices,
      NodeCrypto.layer,
      limits
    ])
  )

export const Ready = Layer.succeed(Readiness, { checks: [] })

export const layerWith = (options: HttpServer.HttpServerOptions) =>
  layerNoApplication(options).pipe(Layer.provideMerge(Layer.mergeAll(layerOf(providers), TestCallers.layer, Ready)))

/** Runs a test with an API over an application of its own, of these providers and features. */
export const inApiOf = (registered: ReadonlyArray<RegisteredProvider>, product: ReadonlyArray<Feature>) =>
  Effect.provide(
    layerNoApplication().pipe(
      Layer.provideMerge(Layer.mergeAll(layerOf(registered, promptly, product), TestCallers.layer, Ready))
    ),
    { local: true }
  )

/** Runs a test with an API, and an application of its own beneath it. */
export const inApi = Effect.provide(layerWith({}), { local: true })

export const call = (method: string, path: string, call?: Call) => TestApi.use((api) => api.call(method, path, call))

/** A problem without what differs from request to request. */
export const anonymous = ({ body }: Answer): unknown => ({ ...body, request_id: "" })
