import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, Redacted } from "effect"
import type { HttpClient } from "effect/http"
import { Agent, ProxyAgent } from "undici"
import type { AddressRules } from "./AddressRules.ts"
import * as EgressGuard from "./EgressGuard.ts"
import * as GuardedConnector from "./GuardedConnector.ts"

export interface EgressOptions extends AddressRules {
  /** It resolves the names of hosts then; none is ever taken from the environment. */
  readonly proxyUrl?: Redacted.Redacted<string> | undefined
  readonly resolve?: GuardedConnector.Resolve | undefined
}

const connectTimeout = 10_000

/**
 * Refreshes come one after another and to few hosts: a TLS handshake costs more than most of them. Where a provider is slow a
 * request that waited for a connection would miss its deadline, so there are as many as a server has requests.
 */
const pool = {
  allowH2: false,
  connections: 1024,
  pipelining: 1,
  keepAliveTimeout: 15_000,
  keepAliveMaxTimeout: 60_000
}

const makeDispatcher = ({ proxyUrl, resolve, ...rules }: EgressOptions) => {
  const direct = new Agent({ ...pool, connect: GuardedConnector.make(rules, connectTimeout, resolve) })
  const outward =
    proxyUrl === undefined ? direct : new ProxyAgent({ ...pool, uri: Redacted.value(proxyUrl), connectTimeout })
  return {
    dispatcher: outward.compose(EgressGuard.make(rules, direct)),
    destroy: () => Promise.all([direct.destroy(), outward === direct ? undefined : outward.destroy()])
  }
}

/**
 * The one client for requests to providers: over TLS, to public addresses and those of `options`, after no redirect. It
 * leaves bodies compressed, and deadlines and sizes to `ProviderHttp`.
 */
export const layer = (options: EgressOptions): Layer.Layer<HttpClient.HttpClient> =>
  NodeHttpClient.layerUndiciNoDispatcher.pipe(
    Layer.provide(
      Layer.effect(
        NodeHttpClient.Dispatcher,
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => makeDispatcher(options)),
            ({ destroy }) => Effect.promise(destroy)
          ),
          ({ dispatcher }) => dispatcher
        )
      )
    )
  )
