import { createHash, randomUUID } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage } from "node:http"
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose"

type Fields = Readonly<Record<string, string>>

type Brand = "google" | "youtube" | "microsoft" | "notion"

export interface Client {
  readonly id: string
  readonly secret: string
}

interface Grant {
  readonly brand: Brand
  readonly request: Fields
  /** The tokens of it that are good. */
  readonly tokens: Set<string>
}

interface Answer {
  readonly status: number
  readonly body: object
  readonly location?: string
}

const tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47"

export const accounts = {
  google: { id: "112233445566778899000", email: "ada@example.org", name: "Ada Lovelace" },
  youtube: { id: "UCadaAdaAdaAdaAdaAdaAdaA", name: "Ada's engines" },
  microsoft: {
    id: `${tenant}:00000000-0000-0000-66f3-3332eca7ea81`,
    email: "ada@contoso.example",
    name: "Ada Lovelace"
  },
  notion: { id: "b1a2c3d4:e5f60718", email: "ada@example.org", name: "Ada's Workspace" }
}

const ok = (body: object): Answer => ({ status: 200, body })
const refused = (error: string, status = 400): Answer => ({ status, body: { error } })

const texts = (pairs: ReadonlyArray<readonly [string, unknown]>): Fields =>
  Object.fromEntries(pairs.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])))

/** Notion reads JSON, the others forms. */
const fieldsOf = async (brand: Brand, request: IncomingMessage): Promise<Fields> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  if (text === "") return {}
  return texts(brand === "notion" ? Object.entries(JSON.parse(text)) : [...new URLSearchParams(text)])
}

const isClient = ({ id, secret }: Client, { headers }: IncomingMessage, fields: Fields): boolean =>
  headers.authorization === `Basic ${btoa(`${id}:${secret}`)}`
  || (fields["client_id"] === id && fields["client_secret"] === secret)

const isProved = ({ request: { code_challenge } }: Grant, { code_verifier = "" }: Fields): boolean =>
  code_challenge === undefined || createHash("sha256").update(code_verifier).digest("base64url") === code_challenge

/** Google's way to say scopes: other names, another order. */
const renamed = (scope: string): string =>
  scope
    .split(" ")
    .map((one) => (one === "email" || one === "profile" ? `https://www.googleapis.com/auth/userinfo.${one}` : one))
    .toReversed()
    .join(" ")

/** Microsoft's way: lower case, Graph's in full, and without `offline_access`. */
const prefixed = (scope: string): string =>
  scope
    .split(" ")
    .filter((one) => one !== "offline_access")
    .map((one) => (/^[A-Z]/.test(one) ? `https://graph.microsoft.com/${one.toLowerCase()}` : one))
    .join(" ")

const paths: Readonly<Record<string, readonly [Brand, "authorize" | "token" | "revoke"]>> = {
  "/google/authorize": ["google", "authorize"],
  "/google/token": ["google", "token"],
  "/google/revoke": ["google", "revoke"],
  "/yt/authorize": ["youtube", "authorize"],
  "/yt/token": ["youtube", "token"],
  "/yt/revoke": ["youtube", "revoke"],
  "/common/oauth2/v2.0/authorize": ["microsoft", "authorize"],
  "/common/oauth2/v2.0/token": ["microsoft", "token"],
  "/v1/oauth/authorize": ["notion", "authorize"],
  "/v1/oauth/token": ["notion", "token"],
  "/v1/oauth/revoke": ["notion", "revoke"]
}

/** Four providers on one port, as somebody who read their documentation, and nothing of this project, would fake them. */
export const startQuickFake = async (client: Client) => {
  const published = await generateKeyPair("RS256")
  const unpublished = await generateKeyPair("RS256")
  const keys = [{ ...(await exportJWK(published.publicKey)), kid: "quick", alg: "RS256", use: "sig" }]
  const codes = new Map<string, Grant>()
  const grants = new Set<Grant>()

  const holding = (token = ""): Grant | undefined => [...grants].find(({ tokens }) => tokens.has(token))
  const mint = ({ tokens }: Grant, prefix: string): string => {
    const token = `${prefix}${randomUUID()}`
    tokens.add(token)
    return token
  }
  const idToken = (key: CryptoKey, { request: { nonce } }: Grant, claims: JWTPayload): Promise<string> =>
    new SignJWT({ ...claims, ...(nonce === undefined ? {} : { nonce }) })
      .setProtectedHeader({ alg: "RS256", kid: "quick" })
      .setAudience(client.id)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(key)

  const googleAnswer = (grant: Grant, isFirst: boolean, signed: string): object => ({
    access_token: mint(grant, "ya29."),
    expires_in: 3599,
    token_type: "Bearer",
    scope: renamed(grant.request["scope"] ?? ""),
    ...(isFirst && grant.request["access_type"] === "offline" ? { refresh_token: mint(grant, "1//") } : {}),
    id_token: signed
  })

  const tokenAnswers = (base: string, fields: Fields): Record<Brand, (grant: Grant, isFirst: boolean) => unknown> => ({
    google: async (grant, isFirst) => {
      const { id: sub, ...claims } = accounts.google
      const signed = await idToken(published.privateKey, grant, { iss: base, sub, email_verified: true, ...claims })
      return googleAnswer(grant, isFirst, signed)
    },
    youtube: async (grant, isFirst) => {
      const claims = { iss: "https://accounts.google.com", sub: accounts.google.id }
      return googleAnswer(grant, isFirst, await idToken(unpublished.privateKey, grant, claims))
    },
    microsoft: async (grant) => {
      const [tid, oid] = accounts.microsoft.id.split(":")
      const { email, name } = accounts.microsoft
      const claims = { iss: `${base}/${tenant}/v2.0`, sub: "pairwise", tid, oid, ver: "2.0", name, email }
      const { scope = grant.request["scope"] ?? "" } = fields
      return {
        token_type: "Bearer",
        scope: prefixed(scope),
        expires_in: 3599,
        ext_expires_in: 3599,
        access_token: mint(grant, "EwB"),
        ...(scope.includes("offline_access") ? { refresh_token: mint(grant, "M.C5") } : {}),
        id_token: await idToken(published.privateKey, grant, claims)
      }
    },
    notion: (grant) => {
      const [workspace, user] = accounts.notion.id.split(":")
      grant.tokens.clear()
      return {
        access_token: mint(grant, "ntn_"),
        token_type: "bearer",
        refresh_token: mint(grant, "nrt_"),
        bot_id: "b07",
        workspace_icon: null,
        workspace_name: accounts.notion.name,
        workspace_id: workspace,
        owner: {
          type: "user",
          user: { object: "user", id: user, name: "Ada", type: "person", person: { email: accounts.notion.email } }
        },
        duplicated_template_id: null,
        request_id: randomUUID()
      }
    }
  })

  const token = async (brand: Brand, base: string, fields: Fields): Promise<Answer> => {
    const { code = "", grant_type, redirect_uri, refresh_token } = fields
    const isFirst = grant_type === "authorization_code"
    const grant = isFirst ? codes.get(code) : holding(refresh_token)
    codes.delete(code)
    if (grant?.brand !== brand) return refused("invalid_grant")
    if (isFirst && redirect_uri !== grant.request["redirect_uri"]) return refused("invalid_grant")
    if (isFirst && !isProved(grant, fields)) return refused("invalid_grant")
    grants.add(grant)
    return ok(Object(await tokenAnswers(base, fields)[brand](grant, isFirst)))
  }

  /** At Google any token of a grant ends it; at Notion each ends itself. */
  const revoke = (brand: Brand, fields: Fields): Answer => {
    const grant = holding(fields["token"])
    if (grant?.brand !== brand) return refused("invalid_token")
    if (brand === "notion") grant.tokens.delete(fields["token"] ?? "")
    else grant.tokens.clear()
    return ok(brand === "notion" ? { request_id: randomUUID() } : {})
  }

  const authorize = (brand: Brand, request: Fields): Answer => {
    if (request["client_id"] !== client.id || request["response_type"] !== "code") return refused("invalid_request")
    const code = randomUUID()
    codes.set(code, { brand, request, tokens: new Set() })
    const back = new URL(request["redirect_uri"] ?? "")
    back.searchParams.set("code", code)
    if (request["state"] !== undefined) back.searchParams.set("state", request["state"])
    return { status: 302, body: {}, location: back.href }
  }

  const channels = ({ headers }: IncomingMessage): Answer => {
    if (holding(headers.authorization?.slice("Bearer ".length))?.brand !== "youtube") return refused("authError", 401)
    const { id, name } = accounts.youtube
    return ok({
      kind: "youtube#channelListResponse",
      items: [{ kind: "youtube#channel", id, snippet: { title: name } }]
    })
  }

  const answer = async (request: IncomingMessage, base: string): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", base)
    if (pathname === "/google/certs" || pathname === "/common/discovery/v2.0/keys") return ok({ keys })
    if (pathname === "/youtube/v3/channels") return channels(request)
    const [brand, action] = paths[pathname] ?? []
    if (brand === undefined) return refused("not_found", 404)
    if (action === "authorize") return authorize(brand, texts([...searchParams]))
    const fields = await fieldsOf(brand, request)
    if (action === "revoke" && brand !== "notion") return revoke(brand, fields)
    if (!isClient(client, request, fields)) return refused("invalid_client", 401)
    if (brand === "notion" && request.headers["notion-version"] === undefined) return refused("missing_version")
    return action === "token" ? token(brand, base, fields) : revoke(brand, fields)
  }

  const server = createServer(async (request, response) => {
    const { body, location, status } = await answer(request, `http://${request.headers.host}`).catch(() =>
      refused("server_error", 500)
    )
    response.writeHead(status, { "content-type": "application/json", ...(location === undefined ? {} : { location }) })
    response.end(JSON.stringify(body))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    isGood: (token: string): boolean => holding(token) !== undefined,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, "close")
    }
  }
}
