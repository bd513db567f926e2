import { FindMyWay } from "effect/http"
import { HttpApi } from "effect/http-api"
import { Api } from "../../api/index.ts"

/** One spelling a path, and room for user ids of 255 characters, however they are encoded. */
export const routerConfig: Partial<FindMyWay.RouterConfig> = {
  caseSensitive: true,
  ignoreDuplicateSlashes: false,
  ignoreTrailingSlash: false,
  maxParamLength: 1024
}

export const callbackPath = "/v1/callback/:provider"

export interface Route {
  readonly method: string
  readonly path: `/${string}`
}

const apiRoutes: ReadonlyArray<Route> = (() => {
  const routes: Array<Route> = []
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => routes.push({ method: endpoint.method, path: endpoint.path as `/${string}` })
  })
  return routes
})()

/** A route that answers GET answers HEAD, but for the callback, which GET changes. */
const methodsOf = ({ method, path }: Route): ReadonlyArray<string> =>
  method === "GET" && path !== callbackPath ? ["GET", "HEAD"] : [method]

/** Tells which methods a URL allows; none where it is no route's. */
export const allowedMethods = (extra: ReadonlyArray<Route>): ((url: string) => ReadonlyArray<string>) => {
  const byPath = Map.groupBy([...apiRoutes, ...extra], ({ path }) => path)
  const router = FindMyWay.make<ReadonlyArray<string>>(routerConfig)
  for (const [path, routes] of byPath) router.on("GET", path, routes.flatMap(methodsOf))
  return (url) => router.find("GET", url)?.handler ?? []
}
