import { Layer } from "effect"
import { ByteSize } from "effect"
import { HttpIncomingMessage, HttpMiddleware, HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { IpNetwork } from "effect/net"
import { Api } from "../api/index.ts"
import * as BearerAuthentication from "./authentication/BearerAuthentication.ts"
import * as Edge from "./edge/Edge.ts"
import { type Route, routerConfig } from "./edge/Routing.ts"
import * as Audit from "./handlers/Audit.ts"
import * as Authorizations from "./handlers/Authorizations.ts"
import * as Callback from "./handlers/Callback.ts"
import * as ConsentTexts from "./handlers/ConsentTexts.ts"
import * as Consents from "./handlers/Consents.ts"
import * as Features from "./handlers/Features.ts"
import * as Health from "./handlers/Health.ts"
import * as Integrations from "./handlers/Integrations.ts"
import * as Keys from "./handlers/Keys.ts"
import * as Providers from "./handlers/Providers.ts"
import * as ScopePolicies from "./handlers/ScopePolicies.ts"
import * as Tokens from "./handlers/Tokens.ts"
import * as Users from "./handlers/Users.ts"
import * as CallbackPages from "./pages/CallbackPages.ts"
import * as Docs from "./pages/Docs.ts"
import * as Landing from "./pages/Landing.ts"
import { BrowserBinding } from "./request/BrowserBinding.ts"

export interface HttpServerOptions {
  /** Origins whose pages may call the API from a browser, as browsers send them: scheme, host and port. */
  readonly corsOrigins?: ReadonlyArray<string>
  /** Networks of the deployment's own proxies: of what such a peer sends, X-Forwarded-For says where a request comes from. */
  readonly trustedProxies?: ReadonlyArray<IpNetwork.IpNetwork>
  /** Answers GET / with a page for browsers that come back from a provider, for want of an application's own. */
  readonly landing?: boolean
  /** Ties an authorization that begins in a browser to it by a cookie; the pages of `corsOrigins` may then send and receive cookies. */
  readonly bindingCookie?: boolean
  /** Browsers reach the service by https, and are told to come by nothing else (RFC 6797). */
  readonly https?: boolean
}

const openapiPath = "/openapi.json"

const Handlers = Layer.mergeAll(
  Audit.layer,
  Authorizations.layer,
  Callback.layer,
  ConsentTexts.layer,
  Consents.layer,
  Features.layer,
  Health.layer,
  Integrations.layer,
  Keys.layer,
  Providers.layer,
  ScopePolicies.layer,
  Tokens.layer,
  Users.layer
).pipe(Layer.provide([BearerAuthentication.layer, CallbackPages.layer]))

const MaxBodySize = Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.kibibytes(64))

/** All routes, for a router made with `routerConfig`. */
export const routes = ({
  bindingCookie = false,
  corsOrigins = [],
  https = false,
  landing = false,
  trustedProxies = []
}: HttpServerOptions = {}) => {
  const pages: ReadonlyArray<Route> = [
    { method: "GET", path: openapiPath },
    { method: "GET", path: Docs.docsPath },
    ...(landing ? [{ method: "GET", path: "/" } as const] : [])
  ]
  return Layer.mergeAll(
    HttpApiBuilder.layer(Api, { openapiPath }).pipe(
      Layer.provide(Handlers),
      Layer.provide(Layer.succeed(BrowserBinding, { isOn: bindingCookie }))
    ),
    Docs.layer,
    landing ? Landing.layer : Layer.empty,
    Edge.layer({ cors: { origins: corsOrigins, credentials: bindingCookie }, https, routes: pages, trustedProxies })
  ).pipe(Layer.provide(MaxBodySize))
}

/** Serves all routes on the `HttpServer` that is provided. */
export const layer = (options?: HttpServerOptions) =>
  HttpRouter.serve(routes(options), { routerConfig, disableLogger: true, disableListenLog: true }).pipe(
    // The edge makes spans of its own, which hold no address
    Layer.provide(Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true))
  )
