import { Effect, Redacted } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as DevelopmentSecrets from "../../apps/server/src/development/DevelopmentSecrets.ts"
import * as TokenIssuer from "../../apps/server/src/development/TokenIssuer.ts"
import { consent } from "../../apps/server/src/sandbox/SandboxBrowser.ts"
import { freePort, type NodeOptions, run, type Running, untilHealthy } from "./Processes.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever JSON the API answers
  readonly body: any
}

export interface ApiCall {
  readonly bearer?: string
  readonly body?: unknown
}

/** The service as its users meet it: a process, and its API over HTTP. */
export interface RunningService extends Running {
  readonly baseUrl: string
  readonly startMilliseconds: number
  readonly api: (method: string, path: string, call?: ApiCall) => Promise<Answer>
  /** A token of the development issuer. */
  readonly token: (user: string, ...roles: ReadonlyArray<string>) => Promise<string>
}

export const temporaryFolder = async (): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), "oauth-manager-e2e-"))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

const call = async (url: string, method: string, { bearer, body }: ApiCall): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "")
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** Starts the service in development on free ports, with what `env` sets. */
export const start = async (
  dataDir: string,
  env: Record<string, string>,
  { entry = "apps/server/src/main.ts", ...options }: NodeOptions & { readonly entry?: string } = {}
): Promise<RunningService> => {
  const port = env["PORT"] ?? String(await freePort())
  const baseUrl = `http://localhost:${port}`
  const environment = {
    PORT: port,
    SANDBOX_PORT: "0",
    LOG_LEVEL: "debug",
    // Tests ask more often than people do, and all from one address
    RATE_LIMIT_USER: "0",
    RATE_LIMIT_SERVICE: "100000000",
    RATE_LIMIT_ADDRESS: "0",
    ...env,
    DATA_DIR: dataDir
  }
  const running = run(entry, environment, [], options)
  const startMilliseconds = await untilHealthy(`${baseUrl}/health/ready`, running)
  const secrets = await Effect.runPromise(DevelopmentSecrets.loadOrCreate(dataDir))
  return {
    ...running,
    baseUrl,
    startMilliseconds,
    api: (method, path, options = {}) => call(`${baseUrl}${path}`, method, options),
    token: async (user, ...roles) =>
      Redacted.value(await Effect.runPromise(TokenIssuer.issue(secrets, { user, roles, lifetimeSeconds: 3600 })))
  }
}

/** A browser that was sent to `authorizationUrl`: what became of it at the provider, and then at our callback. */
export type Browser = (authorizationUrl: string) => Promise<URL>

export const sandboxBrowser =
  (account: string): Browser =>
  (authorizationUrl) =>
    Effect.runPromise(consent(authorizationUrl, { account }))

/** Begins, consents, comes back: all but the completion. */
export const authorize = async (
  service: RunningService,
  user: string,
  request: Record<string, unknown>,
  browser: Browser
): Promise<{ readonly id: string; readonly completionToken: string; readonly callback: URL }> => {
  const bearer = await service.token(user, "user")
  const begun = await service.api("POST", "/v1/users/me/authorizations", {
    bearer,
    body: { return_to: service.baseUrl, ...request }
  })
  if (begun.status !== 201) throw new Error(`not begun: ${JSON.stringify(begun.body)}`)
  const callback = await browser(begun.body.authorization_url)
  const returned = await fetch(callback, { redirect: "manual" })
  const back = new URL(returned.headers.get("location") ?? "about:blank")
  return {
    id: begun.body.id,
    completionToken: back.searchParams.get("completion_token") ?? "",
    callback
  }
}

/** Connects an account and answers the integration. */
export const connect = async (
  service: RunningService,
  user: string,
  request: Record<string, unknown> = { provider: "sandbox", features: ["sandbox.notes.read"] },
  browser: Browser = sandboxBrowser(user)
): Promise<Answer["body"]> => {
  const { id, completionToken } = await authorize(service, user, request, browser)
  const completed = await service.api("POST", `/v1/users/me/authorizations/${id}/complete`, {
    bearer: await service.token(user, "user"),
    body: { completion_token: completionToken }
  })
  if (completed.status !== 200) throw new Error(`not completed: ${JSON.stringify(completed.body)}`)
  return completed.body
}
