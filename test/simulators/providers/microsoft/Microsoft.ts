import { randomInt, randomUUID } from "node:crypto"
import { challengeIn, type CodeRefused, Codes } from "../Codes.ts"
import { type Client, presented } from "../Credentials.ts"
import { IdTokens } from "../IdTokens.ts"
import { ProviderDouble, type Route, serve, waiting } from "../ProviderDouble.ts"
import { ok, page, redirect, type Reply } from "../Reply.ts"
import type { Request } from "../Request.ts"
import { Tokens } from "../Tokens.ts"
import { isAsserted } from "./ClientAssertion.ts"
import { person } from "./Graph.ts"
import {
  contoso,
  fabrikam,
  isPersonal,
  type MicrosoftAccount,
  type MicrosoftChoice,
  type MicrosoftGrant,
  serves,
  subjectOf
} from "./MicrosoftAccount.ts"
import { redirected, refusedRequest } from "./MicrosoftRequest.ts"
import { MicrosoftConsents } from "./MicrosoftConsents.ts"
import { aadsts } from "./MicrosoftErrors.ts"
import { endpoints, metadata } from "./MicrosoftMetadata.ts"
import { openIdScopes, parse, resourcesOf, type ScopeForm, unknownAmong, written } from "./MicrosoftScopes.ts"

export type MicrosoftEndpoint = "authorize" | "adminconsent" | "token" | "discovery" | "keys" | "userinfo" | "me"

const ninetyDays = 90 * 86_400

const refusedCode: Readonly<Record<CodeRefused, number>> = {
  unknown: 70000,
  used: 54005,
  expired: 70008,
  other_client: 70000,
  other_redirect_uri: 50011,
  verifier_missing: 501481,
  verifier_wrong: 501481,
  verifier_unexpected: 501481
}

const isSame = (a: MicrosoftAccount, b: MicrosoftAccount): boolean => a.tid === b.tid && a.oid === b.oid

/** The Microsoft identity platform, version 2.0, and as much of Graph as tells who somebody is. */
export class Microsoft extends ProviderDouble<MicrosoftEndpoint, MicrosoftChoice> {
  readonly idTokens: IdTokens
  readonly codes = new Codes<MicrosoftGrant>(this.clock)
  readonly consents = new MicrosoftConsents()
  readonly tokens = new Tokens<MicrosoftGrant>(this.clock, "overlap")
  readonly domains = new Map([
    ["contoso.example", contoso],
    ["fabrikam.example", fabrikam]
  ])
  /** The tenant of an application that is registered for its own alone. */
  singleTenant: string | undefined
  /** How the redirect tells that an administrator must consent: both have been seen. */
  adminConsentError: "access_denied" | "consent_required" = "access_denied"
  scopeForm: ScopeForm = "short"
  /** Whether `scope` in answers names what was consented to earlier. */
  returnsEarlierConsents = true
  hasExpiredSecret = false
  /** The code is redeemed wherever it was issued, and accounts of any tenant come through any authority. */
  ignoresTenants = false

  protected readonly routes: ReadonlyArray<Route<MicrosoftEndpoint>> = [
    ["GET", /^\/([^/]+)\/oauth2\/v2\.0\/authorize$/, "authorize"],
    ["GET", /^\/([^/]+)\/v2\.0\/adminconsent$/, "adminconsent"],
    ["POST", /^\/([^/]+)\/oauth2\/v2\.0\/token$/, "token"],
    ["GET", /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/, "discovery"],
    ["GET", /^\/([^/]+)\/discovery\/v2\.0\/keys$/, "keys"],
    ["GET", /^\/oidc\/userinfo$/, "userinfo"],
    ["GET", /^\/v1\.0\/me$/, "me"]
  ]

  constructor(origin: string, clients: Record<string, Client>, idTokens: IdTokens) {
    super(origin, clients)
    this.idTokens = idTokens
    this.tokens.idle = ninetyDays
  }

  /** With the issuer as the discovery document of `common` writes it: with its placeholder. */
  environment(id = "microsoft", tenant = "common"): Readonly<Record<string, string>> {
    return this.variables(id, { ...endpoints(this.origin, tenant, this.domains), TENANT: tenant })
  }

  /** The user takes the consent back, or an administrator revokes the sessions. */
  withdraw(account: MicrosoftAccount): void {
    this.consents.drop(account)
    this.tokens.end(({ grant }) => isSame(grant.account, account))
  }

  protected async work(endpoint: MicrosoftEndpoint, request: Request): Promise<Reply> {
    const [tenant = ""] = request.segments
    switch (endpoint) {
      case "authorize":
        return this.#authorize(request, tenant)
      case "adminconsent":
        return this.#adminConsent(request, tenant)
      case "token":
        return this.#token(request, tenant)
      case "discovery":
        return ok(metadata(this.origin, tenant, this.domains))
      case "keys":
        return ok(await this.idTokens.keySet())
      case "userinfo":
      case "me":
        return person(endpoint, request, this.tokens)
    }
  }

  #authorize(request: Request, tenant: string): Reply {
    const { parameters } = request
    const { domains, singleTenant } = this
    const client = this.clientOf(parameters.get("client_id"))
    const refused = refusedRequest(client, parameters, { tenant, domains, singleTenant })
    if (refused !== undefined || client === undefined) return refused ?? page(400, "AADSTS700016")
    const choice = this.chosen(request)
    if (choice === undefined) return waiting
    const { account } = choice
    if (choice.deny === true) {
      return redirected(parameters, "access_denied", 65004, "User declined to consent to access the app.")
    }
    if (!this.ignoresTenants && !serves(tenant, account, domains)) {
      return page(400, "AADSTS50020: User account does not exist in the tenant.")
    }
    const scopes = parse(parameters.get("scope") ?? "")
    if (this.consents.awaitsAdministrator(account, scopes)) {
      return redirected(parameters, this.adminConsentError, 90094, "The grant requires administrator permissions.")
    }
    this.consents.meet(account, parameters.get("claims"))
    this.consents.add(account, scopes)
    const challenge = challengeIn(parameters)
    const redirectUri = parameters.get("redirect_uri") ?? ""
    const code = this.codes.issue(isPersonal(account) ? "M.C5" : "0.A", {
      clientId: client.id,
      redirectUri,
      challenge: challenge === "invalid" ? undefined : challenge,
      consent: { clientId: client.id, account, tenant, scopes, nonce: parameters.get("nonce") ?? undefined }
    })
    return redirect(redirectUri, {
      code,
      state: parameters.get("state") ?? undefined,
      session_state: isPersonal(account) ? undefined : randomUUID()
    })
  }

  #adminConsent(request: Request, tenant: string): Reply {
    const { parameters } = request
    const redirectUri = parameters.get("redirect_uri") ?? ""
    const client = this.clientOf(parameters.get("client_id"))
    if (client === undefined || !client.redirectUris.includes(redirectUri)) return page(400, "AADSTS50011")
    const choice = this.chosen(request)
    if (choice === undefined) return waiting
    const scope = parameters.get("scope") ?? ""
    const { tid } = choice.account
    if (choice.deny === true || !serves(tenant, choice.account, this.domains)) {
      return redirected(parameters, "access_denied", 65004, "The administrator declined to consent.")
    }
    this.consents.addForTenant(tid, parse(scope))
    const state = parameters.get("state") ?? undefined
    return redirect(redirectUri, { admin_consent: "True", tenant: tid, state, scope })
  }

  async #token(request: Request, tenant: string): Promise<Reply> {
    const { parameters } = request
    const { id, secret } = presented(request)
    const client = this.clientOf(id)
    const type = parameters.get("grant_type")
    if (id === undefined || type === null) return aadsts(900144)
    if (client === undefined) return aadsts(700016)
    if (parameters.has("client_assertion")) {
      if (!(await isAsserted(client, parameters, this.origin + request.url.pathname))) return aadsts(700027)
    } else {
      if (secret === undefined) return aadsts(7000218)
      if (secret !== client.secret) return aadsts(7000215)
      if (this.hasExpiredSecret) return aadsts(7000222)
    }
    if (type === "authorization_code") return this.#redeem(client, parameters, tenant)
    if (type === "refresh_token") return this.#refresh(client, parameters)
    return aadsts(9002313, { error: "unsupported_grant_type" })
  }

  async #redeem(client: Client, parameters: URLSearchParams, tenant: string): Promise<Reply> {
    const code = parameters.get("code")
    if (code === null) return aadsts(900144)
    const issued = this.codes.consentOf(code)
    if (issued !== undefined && issued.tenant !== tenant && !this.ignoresTenants) return aadsts(700005)
    const grant = this.codes.redeem(code, {
      clientId: client.id,
      redirectUri: parameters.get("redirect_uri") ?? undefined,
      verifier: parameters.get("code_verifier") ?? undefined
    })
    if (typeof grant === "string") return aadsts(refusedCode[grant])
    return this.#answer(grant, parameters.get("scope"), grant.nonce, () => true)
  }

  async #refresh(client: Client, parameters: URLSearchParams): Promise<Reply> {
    const value = parameters.get("refresh_token")
    if (value === null) return aadsts(900144)
    const token = this.tokens.present(value)
    if (token === undefined) {
      const known = this.tokens.known(value)
      if (known === undefined || isPersonal(known.grant.account)) return aadsts(70000)
      return aadsts(known.death === undefined ? 700082 : 50173)
    }
    if (token.grant.clientId !== client.id) return aadsts(70000)
    return this.#answer(token.grant, parameters.get("scope"), undefined, () => this.tokens.rotate(token))
  }

  /** Answers what this request names: its resource, a refresh token and an ID token each only where it asks for them. */
  async #answer(
    grant: MicrosoftGrant,
    scope: string | null,
    nonce: string | undefined,
    rotate: () => boolean
  ): Promise<Reply> {
    const { account } = grant
    const claims = this.consents.demandedOf(account)
    if (claims !== undefined) return aadsts(50076, { claims })
    if (scope === null && isPersonal(account)) return aadsts(900144)
    const asked = scope === null ? grant.scopes : parse(scope)
    if (scope !== null && resourcesOf(scope).size > 1) return aadsts(700022)
    if (unknownAmong(asked).length > 0) return aadsts(70011)
    const consented = this.consents.of(account)
    if (asked.some((name) => !openIdScopes.has(name) && !consented.includes(name))) return aadsts(65001)
    const scopes = [...new Set([...asked, ...(this.returnsEarlierConsents ? consented : [])])]
    const lifetime = randomInt(3600, 5400)
    const access = this.tokens.issue({ kind: "access", prefix: "eyJ0eXAi", grant, scopes, lifetime })
    const isRenewed = rotate() && asked.includes("offline_access")
    return ok({
      token_type: "Bearer",
      scope: written(scopes, this.scopeForm),
      expires_in: lifetime,
      ext_expires_in: lifetime,
      access_token: access.value,
      ...(isRenewed
        ? { refresh_token: this.tokens.issue({ kind: "refresh", prefix: "1.A", grant, scopes: asked }).value }
        : {}),
      ...(asked.includes("openid") ? { id_token: await this.#idToken(grant, asked, nonce) } : {})
    })
  }

  #idToken(
    { account, clientId }: MicrosoftGrant,
    scopes: ReadonlyArray<string>,
    nonce: string | undefined
  ): Promise<string> {
    const { email, name, oid, tid, username } = account
    return this.idTokens.sign({
      aud: clientId,
      iss: `${this.origin}/${tid}/v2.0`,
      nbf: Math.floor(Date.now() / 1000) + this.idTokens.skew,
      sub: subjectOf(account, clientId),
      ver: "2.0",
      uti: randomUUID(),
      tid,
      ...(scopes.includes("profile") ? { oid, name, preferred_username: username } : {}),
      ...(scopes.includes("email") && email !== undefined ? { email } : {}),
      ...(nonce === undefined ? {} : { nonce })
    })
  }
}

/** One application, registered for every tenant and for personal accounts, whose redirects go to `service`. */
export const start = (service: string) =>
  serve(
    async (origin) =>
      new Microsoft(
        origin,
        {
          microsoft: {
            id: "6731de76-14a6-49ae-97bc-6eba6914391e",
            secret: "jqQX8~PNM9vpM0jg.a+secret/with:odd=characters",
            redirectUris: [`${service}/v1/callback/microsoft`]
          }
        },
        await IdTokens.make()
      )
  )
