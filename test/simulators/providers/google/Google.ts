import { challengeIn, type CodeRefused, Codes } from "../Codes.ts"
import { bearer, type Client, presented } from "../Credentials.ts"
import { IdTokens } from "../IdTokens.ts"
import { ProviderDouble, type Route, serve, waiting } from "../ProviderDouble.ts"
import { ok, page, redirect, type Reply } from "../Reply.ts"
import type { Request } from "../Request.ts"
import { Tokens } from "../Tokens.ts"
import { type GoogleAccount, type GoogleChoice, type GoogleGrant, personOf, projectOf } from "./GoogleAccount.ts"
import { decide, type ProjectGrant, refusedRequest } from "./GoogleConsent.ts"
import { errors, invalidCredentials } from "./GoogleErrors.ts"
import { endpoints, metadata } from "./GoogleMetadata.ts"
import { isSignIn, written } from "./GoogleScopes.ts"
import { channelsList, type WithoutChannel } from "./YouTubeChannels.ts"

export type GoogleEndpoint =
  | "authorize"
  | "token"
  | "revoke"
  | "tokeninfo"
  | "userinfo"
  | "keys"
  | "discovery"
  | "channels"

const sevenDays = 7 * 86_400

const refusedCode: Readonly<Record<CodeRefused, Reply>> = {
  unknown: errors.badRequest,
  used: errors.badRequest,
  expired: errors.badRequest,
  other_client: errors.badRequest,
  other_redirect_uri: errors.redirectUriMismatch,
  verifier_missing: errors.verifierMissing,
  verifier_wrong: errors.verifierWrong,
  verifier_unexpected: errors.verifierUnexpected
}

/**
 * Google's authorization server with the YouTube Data API's `channels.list` behind it. Clients of one Cloud project
 * share what an account granted: revoking any token of it ends them all.
 */
export class Google extends ProviderDouble<GoogleEndpoint, GoogleChoice> {
  readonly idTokens: IdTokens
  readonly codes = new Codes<GoogleGrant>(this.clock)
  readonly tokens = new Tokens<GoogleGrant>(this.clock, "static")
  /** As projects in status Testing: refresh tokens die after seven days, unless they only sign in. */
  isTesting = false
  /** What redirects carry as `iss` (RFC 9207), which Google began to send without telling; undefined: nothing. */
  redirectIssuer: string | undefined
  /** Whether `iss` of ID tokens is written without its scheme, as it once was. */
  hasSchemelessIssuer = false
  /** Whether a refresh answers an ID token too. */
  refreshesIdTokens = true
  withoutChannel: WithoutChannel = "no_items"
  mostRefreshTokens = 100
  readonly #accounts = new Map<string, GoogleAccount>()
  readonly #grants = new Map<string, ProjectGrant>()

  protected readonly routes: ReadonlyArray<Route<GoogleEndpoint>> = [
    ["GET", /^\/o\/oauth2\/v2\/auth$/, "authorize"],
    ["POST", /^\/token$/, "token"],
    ["POST", /^\/revoke$/, "revoke"],
    ["GET", /^\/tokeninfo$/, "tokeninfo"],
    ["GET", /^\/v1\/userinfo$/, "userinfo"],
    ["GET", /^\/oauth2\/v3\/certs$/, "keys"],
    ["GET", /^\/\.well-known\/openid-configuration$/, "discovery"],
    ["GET", /^\/youtube\/v3\/channels$/, "channels"]
  ]

  constructor(origin: string, clients: Record<string, Client>, idTokens: IdTokens) {
    super(origin, clients)
    this.idTokens = idTokens
    this.redirectIssuer = origin
    this.tokens.idle = 182 * 86_400
  }

  environment(id = "google"): Readonly<Record<string, string>> {
    return this.variables(id, { ...endpoints(this.origin), API_BASE_URL: this.origin })
  }

  /** The user withdraws access in their Google account, or a security event does. */
  withdraw({ sub }: GoogleAccount, project = projectOf(Object.values(this.clients)[0]?.id ?? "")): void {
    this.#grants.delete(`${project} ${sub}`)
    this.tokens.end(({ grant }) => grant.project === project && grant.sub === sub)
  }

  deleteAccount({ sub }: GoogleAccount): void {
    this.tokens.end(({ grant }) => grant.sub === sub, "account_deleted")
  }

  protected async work(endpoint: GoogleEndpoint, request: Request): Promise<Reply> {
    switch (endpoint) {
      case "authorize":
        return this.#authorize(request)
      case "token":
        return this.#token(request)
      case "revoke":
        return this.#revoke(request)
      case "tokeninfo":
        return this.#tokenInfo(request)
      case "userinfo":
        return this.#userInfo(request)
      case "keys":
        return ok(await this.idTokens.keySet())
      case "discovery":
        return ok(metadata(this.origin))
      case "channels":
        return channelsList(request, this.tokens.find(bearer(request), "access"), this.withoutChannel)
    }
  }

  #authorize(request: Request): Reply {
    const { parameters } = request
    const client = this.clientOf(parameters.get("client_id"))
    const refused = refusedRequest(client, parameters)
    if (refused !== undefined || client === undefined) return refused ?? page(401, "invalid_client")
    const choice = this.chosen(request)
    if (choice === undefined) return waiting
    const redirectUri = parameters.get("redirect_uri") ?? ""
    const state = parameters.get("state") ?? undefined
    const iss = this.redirectIssuer
    if (choice.deny === true) return redirect(redirectUri, { error: "access_denied", state, iss })
    this.#accounts.set(choice.account.sub, choice.account)
    const key = `${projectOf(client.id)} ${choice.account.sub}`
    const before = this.#grants.get(key) ?? { scopes: new Map(), channels: new Map() }
    this.#grants.set(key, before)
    const consent = decide(client, parameters, choice, before)
    const challenge = challengeIn(parameters)
    const code = this.codes.issue("4/0A", {
      clientId: client.id,
      redirectUri,
      challenge: challenge === "invalid" ? undefined : challenge,
      consent
    })
    return redirect(redirectUri, {
      state,
      iss,
      code,
      scope: written(consent.scopes),
      authuser: "0",
      hd: choice.account.hd,
      prompt: consent.consented ? "consent" : "none"
    })
  }

  async #token(request: Request): Promise<Reply> {
    const { parameters } = request
    const { by, id, secret } = presented(request)
    const client = this.clientOf(id)
    if (id === undefined) return errors.invalidRequest("Could not determine client ID from request.")
    if (by === "both") return errors.invalidRequest("Multiple client authentication methods.")
    if (client === undefined) return errors.clientUnknown
    if (secret === undefined) return errors.invalidRequest("client_secret is missing.")
    if (secret !== client.secret) return errors.unauthorized
    const type = parameters.get("grant_type") ?? ""
    if (type === "authorization_code") return this.#redeem(client, parameters)
    if (type === "refresh_token") return this.#refresh(client, parameters)
    return errors.unsupportedGrantType(type)
  }

  async #redeem(client: Client, parameters: URLSearchParams): Promise<Reply> {
    const code = parameters.get("code")
    if (code === null) return errors.invalidRequest("Missing required parameter: code")
    const grant = this.codes.redeem(code, {
      clientId: client.id,
      redirectUri: parameters.get("redirect_uri") ?? undefined,
      verifier: parameters.get("code_verifier") ?? undefined
    })
    if (typeof grant === "string") return refusedCode[grant]
    const answer = await this.#answer(grant, grant.nonce)
    if (!grant.offline || !grant.consented) return ok(answer)
    const onlySignsIn = grant.scopes.every(isSignIn)
    const lifetime = grant.accessFor ?? (this.isTesting && !onlySignsIn ? sevenDays : undefined)
    const { value } = this.tokens.issue({ kind: "refresh", prefix: "1//", grant, scopes: grant.scopes, lifetime })
    this.#crowdOut(grant)
    return ok({
      ...answer,
      refresh_token: value,
      ...(grant.accessFor === undefined ? {} : { refresh_token_expires_in: grant.accessFor })
    })
  }

  async #refresh(client: Client, parameters: URLSearchParams): Promise<Reply> {
    const value = parameters.get("refresh_token")
    if (value === null) return errors.invalidRequest("Missing required parameter: refresh_token")
    const token = this.tokens.present(value)
    if (token === undefined) {
      const death = this.tokens.known(value)?.death
      return death === "account_deleted" ? errors.accountDeleted : errors.expiredOrRevoked
    }
    if (token.grant.clientId !== client.id) return errors.unauthorizedClient
    const answer = await this.#answer(token.grant, undefined, this.refreshesIdTokens)
    if (!this.tokens.rotate(token)) return ok(answer)
    const next = this.tokens.issue({ kind: "refresh", prefix: "1//", grant: token.grant, scopes: token.scopes })
    return ok({ ...answer, refresh_token: next.value })
  }

  #crowdOut({ clientId, sub }: GoogleGrant): void {
    this.tokens.crowdOut(
      this.mostRefreshTokens,
      ({ grant, kind }) => kind === "refresh" && grant.clientId === clientId && grant.sub === sub
    )
  }

  async #answer(grant: GoogleGrant, nonce: string | undefined, withIdToken = true) {
    const { scopes } = grant
    const { value } = this.tokens.issue({ kind: "access", prefix: "ya29.", grant, scopes, lifetime: 3599 })
    return {
      access_token: value,
      expires_in: 3599,
      scope: written(scopes),
      token_type: "Bearer",
      ...(withIdToken && scopes.includes("openid") ? { id_token: await this.#idToken(grant, nonce) } : {})
    }
  }

  #idToken(grant: GoogleGrant, nonce: string | undefined): Promise<string> {
    const { clientId, sub } = grant
    return this.idTokens.sign({
      iss: this.hasSchemelessIssuer ? new URL(this.origin).host : this.origin,
      azp: clientId,
      aud: clientId,
      sub,
      ...personOf(this.#accounts.get(sub), grant.scopes),
      ...(nonce === undefined ? {} : { nonce })
    })
  }

  /** Any token will do, and all of the account's at the project go with it. */
  #revoke({ parameters, url }: Request): Reply {
    const value = parameters.get("token") ?? url.searchParams.get("token")
    if (value === null) return errors.invalidRequest("Missing required parameter: token")
    const token = this.tokens.find(value)
    if (token === undefined) return errors.deadToken
    const { project, sub } = token.grant
    this.#grants.delete(`${project} ${sub}`)
    this.tokens.end(({ grant }) => grant.project === project && grant.sub === sub)
    return ok({})
  }

  #tokenInfo({ parameters }: Request): Reply {
    const token = this.tokens.find(parameters.get("access_token"), "access")
    if (token === undefined) return errors.invalidValue
    const { clientId, offline, sub } = token.grant
    const left = token.expiresAt - this.clock.now()
    return ok({
      azp: clientId,
      aud: clientId,
      sub,
      scope: written(token.scopes),
      exp: String(token.expiresAt),
      expires_in: String(left),
      access_type: offline ? "offline" : "online"
    })
  }

  #userInfo(request: Request): Reply {
    const token = this.tokens.find(bearer(request), "access")
    if (token === undefined || !token.scopes.includes("openid")) return invalidCredentials
    return ok({ sub: token.grant.sub, ...personOf(this.#accounts.get(token.grant.sub), token.scopes) })
  }
}

const secret = "GOCSPX-a secret+with/odd:characters"

/** Two clients of one project, for `google` and `youtube`, whose redirects go to `service`. */
export const start = (service: string) =>
  serve(async (origin) => {
    const client = (id: string, name: string): Client => ({
      id: `407408718192-${name}.apps.googleusercontent.com`,
      secret,
      redirectUris: [`${service}/v1/callback/${id}`]
    })
    return new Google(
      origin,
      { google: client("google", "calendar"), youtube: client("youtube", "videos") },
      await IdTokens.make()
    )
  })
