import type { JWK } from "jose"
import { randomBytes } from "node:crypto"
import type { Request } from "./Request.ts"

/** The product as it is registered at a provider. */
export interface Client {
  readonly id: string
  readonly secret: string
  readonly redirectUris: ReadonlyArray<string>
  /** With which it may sign client assertions (RFC 7523). */
  readonly publicKey?: JWK
}

export interface Presented {
  readonly id: string | undefined
  readonly secret: string | undefined
  readonly by: "basic" | "post" | "both" | "nothing"
}

const formDecode = (value: string): string => decodeURIComponent(value.replaceAll("+", " "))

/** As in RFC 6749 §2.3.1, where both parts are form-encoded. */
const basic = (header: string | undefined) => {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header ?? "")?.[1]
  if (encoded === undefined) return undefined
  const [id = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":")
  return { id: formDecode(id), secret: formDecode(rest.join(":")) }
}

/** How a client made itself known, whether or not the provider takes it. */
export const presented = ({ headers, parameters }: Request): Presented => {
  const byHeader = basic(headers.authorization)
  const id = parameters.get("client_id") ?? undefined
  const secret = parameters.get("client_secret") ?? undefined
  if (byHeader === undefined) return { id, secret, by: secret === undefined ? "nothing" : "post" }
  return { ...byHeader, by: secret === undefined ? "basic" : "both" }
}

export const bearer = ({ headers }: Request): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1]

export const opaque = (prefix: string, bytes = 24): string => prefix + randomBytes(bytes).toString("base64url")
