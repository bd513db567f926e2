import { challengeIn, type CodeRefused, Codes } from "../Codes.ts"
import { bearer, type Client, presented } from "../Credentials.ts"
import { ProviderDouble, type Route, serve, waiting } from "../ProviderDouble.ts"
import { ok, page, redirect, type Reply } from "../Reply.ts"
import type { Request } from "../Request.ts"
import { type Token, Tokens } from "../Tokens.ts"
import { type GitHubAccount, type GitHubChoice, type GitHubGrant, normalized, parse } from "./GitHubAccount.ts"
import { apiErrors, errors } from "./GitHubErrors.ts"

export type GitHubEndpoint = "authorize" | "token" | "user" | "check" | "revoke" | "revoke_grant"

const eightHours = 28_800
const sixMonths = 15_897_600

const refusedCode: Readonly<Record<CodeRefused, Reply>> = {
  unknown: errors.badVerificationCode,
  used: errors.badVerificationCode,
  expired: errors.badVerificationCode,
  other_client: errors.badVerificationCode,
  other_redirect_uri: errors.redirectUriMismatch,
  verifier_missing: errors.badVerificationCode,
  verifier_wrong: errors.badVerificationCode,
  verifier_unexpected: errors.badVerificationCode
}

/** GitHub's authorization of OAuth apps and GitHub Apps, and the user of its REST API. */
export class GitHub extends ProviderDouble<GitHubEndpoint, GitHubChoice> {
  readonly codes = new Codes<GitHubGrant>(this.clock)
  readonly tokens = new Tokens<GitHubGrant>(this.clock, "strict")
  /** As GitHub Apps: tokens expire and are refreshed, and permissions take the place of scopes. */
  isGitHubApp = false
  /** Tokens of one account, application and set of scopes: a further one ends the oldest. */
  mostTokens = 10

  protected readonly routes: ReadonlyArray<Route<GitHubEndpoint>> = [
    ["GET", /^\/login\/oauth\/authorize$/, "authorize"],
    ["POST", /^\/login\/oauth\/access_token$/, "token"],
    ["GET", /^\/user$/, "user"],
    ["POST", /^\/applications\/([^/]+)\/token$/, "check"],
    ["DELETE", /^\/applications\/([^/]+)\/token$/, "revoke"],
    ["DELETE", /^\/applications\/([^/]+)\/grant$/, "revoke_grant"]
  ]

  environment(id = "github"): Readonly<Record<string, string>> {
    return this.variables(id, {
      AUTHORIZATION_ENDPOINT: `${this.origin}/login/oauth/authorize`,
      TOKEN_ENDPOINT: `${this.origin}/login/oauth/access_token`,
      REVOCATION_ENDPOINT: `${this.origin}/applications/${encodeURIComponent(this.clients[id]?.id ?? "")}/grant`,
      USERINFO_ENDPOINT: `${this.origin}/user`,
      API_BASE_URL: this.origin
    })
  }

  /** The person removes the application in their settings. */
  withdraw(account: GitHubAccount): void {
    this.tokens.end(({ grant }) => grant.account.id === account.id)
  }

  protected work(endpoint: GitHubEndpoint, request: Request): Reply {
    switch (endpoint) {
      case "authorize":
        return this.#authorize(request)
      case "token":
        return this.#inTheFormAsked(request, this.#token(request))
      case "user":
        return this.#user(request)
      default:
        return this.#ofApplication(endpoint, request)
    }
  }

  #authorize(request: Request): Reply {
    const { parameters } = request
    const client = this.clientOf(parameters.get("client_id"))
    const [registered] = client?.redirectUris ?? []
    if (client === undefined || registered === undefined) return page(404, "Not Found")
    const state = parameters.get("state") ?? undefined
    const named = parameters.get("redirect_uri") ?? undefined
    const { body } = errors.redirectUriMismatch
    if (named !== undefined && !client.redirectUris.includes(named)) {
      return redirect(registered, { ...(typeof body === "string" ? {} : (body as Record<string, string>)), state })
    }
    const challenge = challengeIn(parameters)
    if (challenge === "invalid" || challenge?.method === "plain") {
      return page(400, "code_challenge_method must be S256.")
    }
    const choice = this.chosen(request)
    if (choice === undefined) return waiting
    const redirectUri = named ?? registered
    if (choice.deny === true) {
      const error_description = "The user has denied your application access."
      return redirect(redirectUri, { error: "access_denied", error_description, state })
    }
    const asked = parse(parameters.get("scope") ?? "")
    const left = normalized(choice.grant ?? asked)
    const scopes = this.isGitHubApp ? [] : left
    const consent = { clientId: client.id, account: choice.account, scopes }
    const code = this.codes.issue("", { clientId: client.id, redirectUri: named, challenge, consent })
    return redirect(redirectUri, { code, state })
  }

  #token(request: Request): Reply {
    const { parameters } = request
    const { id, secret } = presented(request)
    const client = this.clientOf(id)
    if (client === undefined || client.secret !== secret) return errors.incorrectClientCredentials
    const type = parameters.get("grant_type") ?? "authorization_code"
    if (type === "authorization_code") return this.#redeem(client, parameters)
    return type === "refresh_token" ? this.#refresh(client, parameters) : errors.unsupportedGrantType
  }

  #redeem(client: Client, parameters: URLSearchParams): Reply {
    const grant = this.codes.redeem(parameters.get("code") ?? "", {
      clientId: client.id,
      redirectUri: parameters.get("redirect_uri") ?? undefined,
      verifier: parameters.get("code_verifier") ?? undefined
    })
    return typeof grant === "string" ? refusedCode[grant] : this.#answer(grant)
  }

  /** Both of the old pair are dead then. */
  #refresh(client: Client, parameters: URLSearchParams): Reply {
    const token = this.tokens.present(parameters.get("refresh_token"))
    if (token === undefined || token.grant.clientId !== client.id) return errors.badRefreshToken
    this.tokens.rotate(token)
    this.tokens.end(({ grant, kind }) => kind === "access" && grant === token.grant, "rotated")
    return this.#answer(token.grant)
  }

  #answer(grant: GitHubGrant): Reply {
    const { scopes } = grant
    const lifetime = this.isGitHubApp ? eightHours : undefined
    const prefix = this.isGitHubApp ? "ghu_" : "gho_"
    const access = this.tokens.issue({ kind: "access", prefix, grant, scopes, lifetime })
    const answer = { access_token: access.value, scope: scopes.join(","), token_type: "bearer" }
    this.tokens.crowdOut(this.mostTokens, (other) => this.#isAlike(other, access))
    if (!this.isGitHubApp) return ok(answer)
    const refresh = this.tokens.issue({ kind: "refresh", prefix: "ghr_", grant, scopes, lifetime: sixMonths })
    return ok({
      ...answer,
      expires_in: eightHours,
      refresh_token: refresh.value,
      refresh_token_expires_in: sixMonths
    })
  }

  #isAlike(a: Token<GitHubGrant>, b: Token<GitHubGrant>): boolean {
    const keyOf = ({ grant: { account, clientId, scopes }, kind }: Token<GitHubGrant>) =>
      JSON.stringify([kind, account.id, clientId, scopes.toSorted()])
    return keyOf(a) === keyOf(b)
  }

  /** A form, unless JSON is asked for. */
  #inTheFormAsked({ headers }: Request, reply: Reply): Reply {
    if (headers.accept?.includes("json") === true || typeof reply.body === "string") return reply
    const form = new URLSearchParams(Object.entries(reply.body).map(([name, value]) => [name, String(value)]))
    return { ...reply, body: form.toString(), headers: { "content-type": "application/x-www-form-urlencoded" } }
  }

  #user(request: Request): Reply {
    const value = bearer(request)
    if ((request.headers["user-agent"] ?? "") === "") return apiErrors.noUserAgent
    if (value === undefined) return apiErrors.requiresAuthentication
    const token = this.tokens.find(value, "access")
    if (token === undefined) return apiErrors.badCredentials
    const { email, id, login, name } = token.grant.account
    const node_id = Buffer.from(`04:User${id}`).toString("base64")
    return ok({ login, id, node_id, type: "User", name, email }, { "x-oauth-scopes": token.scopes.join(", ") })
  }

  /** What the application does to its own tokens, known by HTTP Basic. */
  #ofApplication(endpoint: "check" | "revoke" | "revoke_grant", request: Request): Reply {
    const { by, id, secret } = presented(request)
    const client = this.clientOf(id)
    if ((request.headers["user-agent"] ?? "") === "") return apiErrors.noUserAgent
    if (by !== "basic" || client === undefined || client.secret !== secret) return apiErrors.requiresAuthentication
    if (request.segments[0] !== client.id) return apiErrors.notFound
    if (typeof request.json?.["access_token"] !== "string") return apiErrors.unprocessable
    const token = this.tokens.find(request.json["access_token"], "access")
    if (token === undefined || token.grant.clientId !== client.id) return apiErrors.notFound
    const { account, scopes } = token.grant
    if (endpoint === "check") return ok({ token: token.value, scopes, user: { login: account.login, id: account.id } })
    this.tokens.end(
      endpoint === "revoke"
        ? (other) => other === token
        : ({ grant }) => grant.clientId === client.id && grant.account.id === account.id
    )
    return { status: 204, body: "" }
  }
}

/** One application, whose redirects go to `service`. */
export const start = (service: string) =>
  serve(
    (origin) =>
      new GitHub(origin, {
        github: {
          id: "Iv1.8a61f9b3a7aba766",
          secret: "a+secret/with:odd=characters",
          redirectUris: [`${service}/v1/callback/github`]
        }
      })
  )
