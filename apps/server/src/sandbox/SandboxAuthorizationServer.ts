import { Effect, type Redacted, type Scope } from "effect"
import type { EventEmitter } from "node:events"
import type { RequestListener } from "node:http"
import Provider from "oidc-provider"
import * as ConsentRoute from "./ConsentRoute.ts"
import * as LoopbackListener from "./LoopbackListener.ts"
import * as SandboxConfiguration from "./SandboxConfiguration.ts"
import type { SandboxFailed } from "./SandboxFailed.ts"
import * as SandboxStore from "./SandboxStore.ts"

export interface SandboxOptions {
  /** 0 picks a free port. */
  readonly port: number
  readonly redirectUris: ReadonlyArray<string>
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
  /** Where grants, tokens, sessions and keys survive a restart; without it they live in memory. */
  readonly dataFile?: string | undefined
  /** Default 3600. */
  readonly accessTokenTtlSeconds?: number | undefined
  /** Default false: a refresh token stays valid. When true each refresh replaces it, and using an old one revokes the grant. */
  readonly rotateRefreshTokens?: boolean | undefined
  /** Default true: with every code exchange, whether or not offline_access was asked for. */
  readonly issueRefreshTokens?: boolean | undefined
}

export interface SandboxAuthorizationServer {
  readonly issuer: string
  readonly port: number
}

const starting: RequestListener = (_request, response) => {
  response.writeHead(503, { "retry-after": "1" }).end()
}

/** Errors are named only: their messages and stacks may quote a request. */
const reportFailures = Effect.fnUntraced(function* (provider: Provider) {
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  provider.on("server_error", (ctx, error) => {
    runFork(
      Effect.logWarning("the sandbox failed to answer").pipe(
        Effect.annotateLogs({ route: ctx.oidc.route, error: error.name })
      )
    )
  })
  const koa: EventEmitter = provider
  koa.on("error", (error: Error) => {
    runFork(Effect.logDebug("the sandbox refused a request").pipe(Effect.annotateLogs({ error: error.name })))
  })
})

/**
 * Serves a certified OpenID provider with pretend accounts on loopback, until the scope closes. Fails with
 * SandboxFailed when the port is taken or the state file cannot be read or written.
 *
 * @see RFC 6749, RFC 7009, RFC 7636, RFC 7662, RFC 9207, OpenID Connect Core 1.0
 */
export const start: (options: SandboxOptions) => Effect.Effect<SandboxAuthorizationServer, SandboxFailed, Scope.Scope> =
  Effect.fn("SandboxAuthorizationServer.start")(function* (options) {
    const { accessTokenTtlSeconds = 3600, issueRefreshTokens = true, rotateRefreshTokens = false } = options
    const store = yield* SandboxStore.open(options.dataFile)
    let answer = starting
    const port = yield* LoopbackListener.start(options.port, (request, response) => answer(request, response))
    yield* store.persist
    const issuer = `http://localhost:${port}`
    const provider = new Provider(
      issuer,
      SandboxConfiguration.make({
        ...options,
        accessTokenTtlSeconds,
        issueRefreshTokens,
        rotateRefreshTokens,
        keys: store.keys,
        adapter: store.adapter
      })
    )
    provider.use(ConsentRoute.make(provider))
    yield* reportFailures(provider)
    answer = provider.callback()
    return { issuer, port }
  })
