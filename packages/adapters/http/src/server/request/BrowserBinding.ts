import type { BindingsOfBrowser } from "@oauth-manager/application"
import { type AuthorizationId, Authorizations } from "@oauth-manager/domain"
import { Context, Effect, Option, Redacted } from "effect"
import { HttpEffect, type HttpServerRequest, HttpServerResponse } from "effect/http"

type Request = HttpServerRequest.HttpServerRequest

/** One cookie an authorization, so that flows beside each other stay apart. `__Host-` keeps other hosts from setting it (RFC 6265bis). */
const nameOf = (id: AuthorizationId): string => `__Host-authorization-${id}`

/** Lax: providers send browsers back by a navigation from their own site. */
const attributes = { httpOnly: true, path: "/", sameSite: "lax", secure: true } as const

/** Whether authorizations that begin in a browser are tied to it by a cookie, on top of their completion by the user who began. */
export class BrowserBinding extends Context.Service<BrowserBinding, { readonly isOn: boolean }>()(
  "@oauth-manager/http/server/request/BrowserBinding"
) {}

/** Fetch metadata say where a page that calls stands; browsers keep the cookie for one of the same site alone, and back-ends send none. */
export const isFromSameSite = ({ headers }: Request): boolean =>
  headers["sec-fetch-site"] === "same-origin" || headers["sec-fetch-site"] === "same-site"

/** Has the answer to this request leave the cookie with the browser. */
export const bind = (
  id: AuthorizationId,
  binding: Option.Option<Redacted.Redacted<string>>
): Effect.Effect<void, never, Request> =>
  Option.match(binding, {
    onNone: () => Effect.void,
    onSome: (secret) =>
      HttpEffect.appendPreResponseHandler((_, response) =>
        Effect.succeed(
          HttpServerResponse.setCookieUnsafe(response, nameOf(id), Redacted.value(secret), {
            ...attributes,
            maxAge: Authorizations.timeToComplete
          })
        )
      )
  })

export const bindingsOf =
  ({ cookies }: Request): BindingsOfBrowser =>
  (id) =>
    Option.map(Option.fromUndefinedOr(cookies[nameOf(id)]), (secret) => Redacted.make(secret))

/** Takes back the cookie of an authorization that the browser has come back for. */
export const unbind = (
  { cookies }: Request,
  id: AuthorizationId,
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse =>
  cookies[nameOf(id)] === undefined ? response : HttpServerResponse.expireCookieUnsafe(response, nameOf(id), attributes)
