import { createHash, randomUUID } from "node:crypto"
import { Codes } from "../Codes.ts"
import { bearer, type Client, presented } from "../Credentials.ts"
import { ProviderDouble, type Route, serve, waiting } from "../ProviderDouble.ts"
import { ok, page, redirect, type Reply } from "../Reply.ts"
import type { Request } from "../Request.ts"
import { type Token, Tokens } from "../Tokens.ts"
import { type NotionAccount, type NotionChoice, type NotionGrant, type OwnerForm, ownerOf } from "./NotionAccount.ts"
import { type ErrorShape, notionError, unauthorized } from "./NotionErrors.ts"

export type NotionEndpoint = "authorize" | "token" | "introspect" | "revoke" | "me"

/** One bot a person, workspace and connection, however often they authorize. */
const botOf = (clientId: string, { id, workspace }: NotionAccount): string => {
  const hex = createHash("sha256").update(`${clientId} ${workspace.id} ${id}`).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Notion's authorization server and the one call of its API that tells whose a token is. */
export class Notion extends ProviderDouble<NotionEndpoint, NotionChoice> {
  readonly codes = new Codes<NotionGrant>(this.clock)
  /** The old refresh token dies with the refresh, as those who tried it say; set `rotation` to "overlap" otherwise. */
  readonly tokens = new Tokens<NotionGrant>(this.clock, "strict")
  errorShape: ErrorShape = "rfc"
  ownerForm: OwnerForm = "person"
  /** `refresh_token` is null for connections that were not switched to it. */
  hasRefreshTokens = true
  /** Connections from before 2026-06-08 go on returning the pair that is active. */
  returnsActivePair = false
  /** Whether the access token dies with the refresh, and one of a pair with the other: neither is documented. */
  refreshEndsAccessToken = false
  revocationEndsPair = false

  protected readonly routes: ReadonlyArray<Route<NotionEndpoint>> = [
    ["GET", /^\/v1\/oauth\/authorize$/, "authorize"],
    ["POST", /^\/v1\/oauth\/token$/, "token"],
    ["POST", /^\/v1\/oauth\/introspect$/, "introspect"],
    ["POST", /^\/v1\/oauth\/revoke$/, "revoke"],
    ["GET", /^\/v1\/users\/me$/, "me"]
  ]

  environment(id = "notion"): Readonly<Record<string, string>> {
    return this.variables(id, {
      AUTHORIZATION_ENDPOINT: `${this.origin}/v1/oauth/authorize`,
      TOKEN_ENDPOINT: `${this.origin}/v1/oauth/token`,
      REVOCATION_ENDPOINT: `${this.origin}/v1/oauth/revoke`,
      INTROSPECTION_ENDPOINT: `${this.origin}/v1/oauth/introspect`,
      API_BASE_URL: this.origin
    })
  }

  /** The person removes the connection in Notion's settings. */
  withdraw(account: NotionAccount): void {
    this.tokens.end(
      ({ grant }) => grant.account.id === account.id && grant.account.workspace.id === account.workspace.id
    )
  }

  protected work(endpoint: NotionEndpoint, request: Request): Reply {
    switch (endpoint) {
      case "authorize":
        return this.#authorize(request)
      case "me":
        return this.#me(request)
      case "token":
        return this.#asClient(request, (client) => this.#token(client, request))
      case "introspect":
        return this.#asClient(request, (client) => this.#introspect(client, request))
      case "revoke":
        return this.#asClient(request, (client) => this.#revoke(client, request))
    }
  }

  #refuse(status: number, code: string, message?: string): Reply {
    return notionError(this.errorShape, status, code, message)
  }

  /** What it does not know it ignores: scopes, challenges and nonces. */
  #authorize(request: Request): Reply {
    const { parameters } = request
    const client = this.clientOf(parameters.get("client_id"))
    if (client === undefined) return page(400, "Missing or invalid client_id.")
    const named = parameters.get("redirect_uri") ?? undefined
    const redirectUri = named ?? (client.redirectUris.length === 1 ? client.redirectUris[0] : undefined)
    if (redirectUri === undefined || !client.redirectUris.includes(redirectUri)) {
      return page(400, "Missing or invalid redirect_uri.")
    }
    if (parameters.get("response_type") !== "code") return page(400, "Missing or invalid response_type.")
    if (parameters.get("owner") !== "user") return page(400, "Missing or invalid owner.")
    const choice = this.chosen(request)
    if (choice === undefined) return waiting
    const state = parameters.get("state") ?? undefined
    if (choice.deny === true) return redirect(redirectUri, { error: "access_denied", state })
    const { account } = choice
    const code = this.codes.issue("03", {
      clientId: client.id,
      redirectUri: named,
      challenge: undefined,
      consent: { clientId: client.id, botId: botOf(client.id, account), account }
    })
    return redirect(redirectUri, { code, state })
  }

  #asClient(request: Request, work: (client: Client) => Reply): Reply {
    const { by, id, secret } = presented(request)
    const client = this.clientOf(id)
    if (by !== "basic" || client === undefined || client.secret !== secret) return this.#refuse(401, "invalid_client")
    if (request.headers["notion-version"] === undefined) {
      return this.#refuse(400, "invalid_request", "Notion-Version header should be defined.")
    }
    if (request.json === undefined) return this.#refuse(400, "invalid_request", "The body should be a JSON object.")
    return work(client)
  }

  #token(client: Client, { parameters }: Request): Reply {
    const type = parameters.get("grant_type")
    if (type === null) return this.#refuse(400, "invalid_request")
    if (type === "authorization_code") return this.#redeem(client, parameters)
    if (type === "refresh_token") return this.#refresh(client, parameters)
    return this.#refuse(400, "unsupported_grant_type")
  }

  #redeem(client: Client, parameters: URLSearchParams): Reply {
    const code = parameters.get("code")
    if (code === null) return this.#refuse(400, "invalid_request")
    const grant = this.codes.redeem(code, {
      clientId: client.id,
      redirectUri: parameters.get("redirect_uri") ?? undefined,
      verifier: undefined
    })
    if (typeof grant === "string") return this.#refuse(400, "invalid_grant")
    const pair = this.#activePair(grant)
    return this.returnsActivePair && pair !== undefined ? this.#answer(...pair) : this.#answer(...this.#mint(grant))
  }

  #refresh(client: Client, parameters: URLSearchParams): Reply {
    const value = parameters.get("refresh_token")
    if (value === null) return this.#refuse(400, "invalid_request")
    const token = this.tokens.present(value)
    if (token === undefined || token.grant.clientId !== client.id) return this.#refuse(400, "invalid_grant")
    const { grant } = token
    if (this.refreshEndsAccessToken) this.tokens.end((other) => other.kind === "access" && other.grant === grant)
    return this.#answer(...(this.tokens.rotate(token) ? this.#mint(grant) : ([this.#access(grant), token] as const)))
  }

  #access(grant: NotionGrant): Token<NotionGrant> {
    return this.tokens.issue({ kind: "access", prefix: "ntn_", grant, scopes: [] })
  }

  #mint(grant: NotionGrant) {
    const refresh = this.hasRefreshTokens
      ? this.tokens.issue({ kind: "refresh", prefix: "nrt_", grant, scopes: [] })
      : undefined
    return [this.#access(grant), refresh] as const
  }

  #activePair({ botId }: NotionGrant) {
    const tokens = this.tokens.live(({ grant }) => grant.botId === botId)
    const access = tokens.findLast(({ kind }) => kind === "access")
    return access === undefined ? undefined : ([access, tokens.findLast(({ kind }) => kind === "refresh")] as const)
  }

  #answer({ grant, value }: Token<NotionGrant>, refresh: Token<NotionGrant> | undefined): Reply {
    const { account, botId } = grant
    return ok({
      access_token: value,
      token_type: "bearer",
      refresh_token: refresh?.value ?? null,
      bot_id: botId,
      workspace_icon: account.workspace.icon ?? null,
      workspace_name: account.workspace.name,
      workspace_id: account.workspace.id,
      owner: ownerOf(account, this.ownerForm),
      duplicated_template_id: null,
      request_id: randomUUID()
    })
  }

  #introspect({ id }: Client, { parameters }: Request): Reply {
    const token = this.tokens.find(parameters.get("token"))
    const isOwn = token !== undefined && token.grant.clientId === id
    return ok({ active: isOwn, ...(isOwn ? { iat: token.issuedAt } : {}), request_id: randomUUID() })
  }

  #revoke({ id }: Client, { parameters }: Request): Reply {
    const value = parameters.get("token")
    if (value === null) return this.#refuse(400, "invalid_request")
    const token = this.tokens.find(value)
    if (token !== undefined && token.grant.clientId === id) {
      this.tokens.end((other) => other === token || (this.revocationEndsPair && other.grant === token.grant))
    }
    return ok({ request_id: randomUUID() })
  }

  #me(request: Request): Reply {
    const token = this.tokens.find(bearer(request), "access")
    if (token === undefined) return unauthorized()
    if (request.headers["notion-version"] === undefined) {
      return notionError("object", 400, "missing_version", "Notion-Version header should be defined.")
    }
    const { account, botId } = token.grant
    const bot = { owner: ownerOf(account, this.ownerForm), workspace_name: account.workspace.name }
    return ok({ object: "user", id: botId, name: "The product", avatar_url: null, type: "bot", bot })
  }
}

/** One public connection, whose redirects go to `service`. */
export const start = (service: string) =>
  serve(
    (origin) =>
      new Notion(origin, {
        notion: {
          id: "463558a3-725e-4f37-b6d3-0889894f68de",
          secret: "secret_a+secret/with:odd=characters",
          redirectUris: [`${service}/v1/callback/notion`]
        }
      })
  )
