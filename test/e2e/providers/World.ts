import { Effect, Exit, Scope } from "effect"
import { setTimeout } from "node:timers/promises"
import pg from "pg"
import { type GitHub, start as startGitHub } from "../../simulators/providers/github/GitHub.ts"
import { type Google, start as startGoogle } from "../../simulators/providers/google/Google.ts"
import { type Microsoft, start as startMicrosoft } from "../../simulators/providers/microsoft/Microsoft.ts"
import { consumers, contoso } from "../../simulators/providers/microsoft/MicrosoftAccount.ts"
import { type Notion, start as startNotion } from "../../simulators/providers/notion/Notion.ts"
import { databaseFor } from "../E2eDatabase.ts"
import { freePort } from "../Processes.ts"
import { type Answer, authorize, type Browser, type RunningService, start, temporaryFolder } from "../RunningService.ts"

/** Doubles of the providers, and one service process that takes them for the providers. */
export interface World {
  readonly service: RunningService
  readonly google: Google
  readonly microsoft: Microsoft
  readonly notion: Notion
  readonly github: GitHub
  /** Lets a token be refreshed again at once, though its last refresh failed. */
  readonly forgive: (integration: string) => Promise<void>
  /** Ends whatever was set to go wrong. */
  readonly heal: () => void
  readonly stop: () => Promise<void>
}

const plugins = ["google", "youtube", "microsoft", "notion", "github"]

export const startWorld = async (): Promise<World> => {
  const port = await freePort()
  const scope = Scope.makeUnsafe()
  const database = await databaseFor()
  const folder = await temporaryFolder()
  const at = `http://localhost:${port}`
  const doubles = await Effect.runPromise(
    Effect.all({
      google: startGoogle(at),
      microsoft: startMicrosoft(at),
      notion: startNotion(at),
      github: startGitHub(at)
    }).pipe(Scope.provide(scope))
  )
  const service = await start(folder.path, {
    ...doubles.google.environment("google"),
    ...doubles.google.environment("youtube"),
    ...doubles.microsoft.environment(),
    ...doubles.notion.environment(),
    ...doubles.github.environment(),
    PROVIDER_MICROSOFT_ALLOWED_TENANTS: `${contoso},${consumers}`,
    PROVIDERS: plugins.map((id) => `@oauth-manager/provider-${id}`).join(","),
    FEATURES_FILE: "docs/examples/features.yaml",
    PORT: String(port),
    DATABASE_URL: database.url
  })
  const heal = () => {
    const { github, google, microsoft, notion } = doubles
    for (const double of [google, microsoft, notion, github]) double.faults.clear()
    for (const { idTokens } of [google, microsoft]) {
      Object.assign(idTokens, { claims: {}, skew: 0 })
      idTokens.restoreKey()
    }
    Object.assign(google, { withoutChannel: "no_items", redirectIssuer: google.origin })
    Object.assign(microsoft, { scopeForm: "short", adminConsentError: "access_denied" })
    Object.assign(notion, { errorShape: "rfc", ownerForm: "person", hasRefreshTokens: true })
  }
  const forgive = async (integration: string) => {
    const client = new pg.Client(database.url)
    await client.connect()
    await client.query("UPDATE oauth_manager.tokens SET retry_at = NULL WHERE integration_id = $1", [integration])
    await client.end()
  }
  const stop = async () => {
    await service.stop()
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await folder.remove()
    await database.drop()
  }
  return { ...doubles, service, forgive, heal, stop }
}

/** Longer than a provider is left alone that refused the deployment's client. */
export const untilTriedAgain = (): Promise<void> => setTimeout(5100)

/** A user of the product, as their browser and the product's backend act for them. */
export interface User {
  readonly name: string
  readonly bearer: string
  /** Begins, consents, comes back and completes: the answer to the last. */
  readonly connect: (request: Record<string, unknown>, browser: Browser) => Promise<Answer>
  /** Begins, consents and comes back: the authorization as it then is. */
  readonly comeBack: (request: Record<string, unknown>, browser: Browser) => Promise<Answer["body"]>
  readonly read: (integration: string) => Promise<Answer["body"]>
  /** What the product's backend is given. */
  readonly token: (integration: string, body?: Record<string, unknown>) => Promise<Answer>
  readonly refresh: (integration: string) => Promise<Answer>
  readonly disconnect: (integration: string, query?: string) => Promise<Answer>
}

export const userOf = async ({ service }: World, name: string): Promise<User> => {
  const bearer = await service.token(name, "user")
  const worker = await service.token("worker", "service")
  const own = "/v1/users/me"
  const integration = (id: string) => `${own}/integrations/${id}`
  return {
    name,
    bearer,
    connect: async (request, browser) => {
      const { completionToken, id } = await authorize(service, name, request, browser)
      const body = { completion_token: completionToken }
      return service.api("POST", `${own}/authorizations/${id}/complete`, { bearer, body })
    },
    comeBack: async (request, browser) => {
      const { id } = await authorize(service, name, request, browser)
      return (await service.api("GET", `${own}/authorizations/${id}`, { bearer })).body
    },
    read: async (id) => (await service.api("GET", integration(id), { bearer })).body,
    token: (id, body = {}) =>
      service.api("POST", `/v1/users/${name}/integrations/${id}/token`, { bearer: worker, body }),
    refresh: (id) => service.api("POST", `${integration(id)}/refresh`, { bearer }),
    disconnect: (id, query = "") => service.api("DELETE", integration(id) + query, { bearer })
  }
}

/** Waits, in real time, for what time alone brings about. */
export const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await setTimeout(50)
}
