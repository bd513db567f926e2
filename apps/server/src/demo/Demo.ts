import { Effect, Redacted } from "effect"
import { consent } from "../sandbox/SandboxBrowser.ts"
import { type Answer, call, DemoFailed, step } from "./DemoClient.ts"

export interface Options {
  readonly baseUrl: string
  readonly user: string
  readonly userToken: Redacted.Redacted<string>
  readonly serviceToken: Redacted.Redacted<string>
}

const shown = (answer: Answer) => ({ result: answer.body, shown: answer.body })

const text = (body: Record<string, unknown>, field: string) =>
  typeof body[field] === "string"
    ? Effect.succeed(body[field])
    : Effect.fail(new DemoFailed({ message: `the answer has no ${field}` }))

/** The whole job against the sandbox, as a frontend, a browser and a background service would do it together. */
export const run = Effect.fnUntraced(function* ({ baseUrl, user, userToken, serviceToken }: Options) {
  const ofUser = `${baseUrl}/v1/users/${user}`

  const begun = yield* call({
    method: "POST",
    url: `${baseUrl}/v1/users/me/authorizations`,
    bearer: userToken,
    body: { provider: "sandbox", features: ["sandbox.notes.read"], return_to: baseUrl },
    expect: 201
  }).pipe(Effect.map(shown), step(1, `Begin: ${user}'s frontend asks to connect the sandbox`))
  const authorizationUrl = yield* text(begun, "authorization_url")

  const callback = yield* consent(authorizationUrl, { account: user }).pipe(
    Effect.map((url) => ({ result: url, shown: { redirected_to: url.href } })),
    step(2, "Consent: the browser signs in at the authorization server and allows it")
  )

  const returned = yield* call({ method: "GET", url: callback.href, expect: 303 }).pipe(
    Effect.map(({ location }) => ({ result: new URL(location), shown: { redirected_to: location } })),
    step(3, "Callback: the code is parked, not redeemed, and the browser goes back to the product")
  )

  const integration = yield* call({
    method: "POST",
    url: `${baseUrl}/v1/users/me/authorizations/${returned.searchParams.get("authorization_id")}/complete`,
    bearer: userToken,
    body: { completion_token: returned.searchParams.get("completion_token") },
    expect: 200
  }).pipe(Effect.map(shown), step(4, "Complete: the user who began it redeems the code"))
  const id = yield* text(integration, "id")

  const readToken = call({
    method: "POST",
    url: `${ofUser}/integrations/${id}/token`,
    bearer: serviceToken,
    body: { purpose: "demo" },
    expect: 200
  }).pipe(Effect.map(shown))
  const released = yield* readToken.pipe(step(5, "Read: a background service takes a fresh token"))
  const accessToken = Redacted.make(yield* text(released, "access_token"))

  const issuer = new URL(authorizationUrl).origin
  const metadata = yield* call({ method: "GET", url: `${issuer}/.well-known/openid-configuration`, expect: 200 })
  const userinfo = yield* text(metadata.body, "userinfo_endpoint")
  yield* call({ method: "GET", url: userinfo, bearer: accessToken, expect: 200 }).pipe(
    Effect.map(shown),
    step(6, "Use: the token works at the authorization server's userinfo")
  )

  yield* call({ method: "POST", url: `${ofUser}/integrations/${id}/refresh`, bearer: userToken, expect: 200 }).pipe(
    Effect.map(shown),
    step(7, "Refresh: forced, by the user, who is not shown the token")
  )
  const renewed = yield* readToken.pipe(step(8, "Read again: another token"))
  const current = yield* text(renewed, "access_token")
  if (current === Redacted.value(accessToken)) {
    return yield* new DemoFailed({ message: "the refresh did not change the token" })
  }

  yield* call({ method: "DELETE", url: `${ofUser}/integrations/${id}`, bearer: userToken, expect: 200 }).pipe(
    Effect.map(shown),
    step(9, "Disconnect: revoked at the provider, destroyed here")
  )
  yield* call({ method: "GET", url: userinfo, bearer: Redacted.make(current), expect: 401 }).pipe(
    Effect.map(({ status, body }) => ({ result: undefined, shown: { status, ...body } })),
    step(10, "After it: the authorization server refuses the token")
  )
})
