import type { RegisteredProvider } from "@oauth-manager/application"
import { TokenEndpointAddress } from "@oauth-manager/oauth"
import { Effect, Option } from "effect"
import { variable } from "../../configuration/ProviderVariable.ts"
import { type Finding, fail, ok, warn } from "./Finding.ts"
import * as Probe from "./Probe.ts"
import * as Skew from "./Skew.ts"

const reach =
  "Let this machine reach it, by name and over TLS; one in a private network needs that in EGRESS_ALLOWED_NETWORKS"

/** A token endpoint refuses a GET: what counts is that it answers. */
const judge = (check: string, url: string, { ahead, status }: Probe.Answer): ReadonlyArray<Finding> => {
  const { origin } = new URL(url)
  return [
    status >= 500
      ? warn(check, `${origin} answers ${status}`, "See the provider's status page; refreshes wait until it is well")
      : ok(check, `${origin} answers`),
    ...Option.toArray(Option.map(ahead, (ahead) => Skew.judge(`${check}: clock`, origin, ahead))).filter(
      ({ status }) => status !== "ok"
    )
  ]
}

const look = (provider: RegisteredProvider) => {
  const { definition, overrides } = provider
  const check = `provider ${definition.id}`
  return TokenEndpointAddress.find(provider, Probe.patience).pipe(
    Effect.flatMap((url) => Effect.map(Probe.get(url), (answer) => judge(check, url, answer))),
    Effect.catchTags({
      Unreached: ({ message, origin }) =>
        Effect.succeed([fail(check, `${origin} cannot be reached (${message})`, reach)]),
      ProviderUnavailable: ({ reason }) =>
        Effect.succeed([
          fail(
            check,
            `the metadata of ${overrides.issuer ?? definition.location.issuer} are not to be had (${reason})`,
            reach
          )
        ]),
      ProviderMisconfigured: ({ code }) =>
        Effect.succeed([
          fail(
            check,
            `it cannot be used as it is configured (${code})`,
            `Compare ${variable(definition.id, "*")} with the provider's documentation`
          )
        ])
    })
  )
}

const setUp = "Set PROVIDER_<ID>_CLIENT_ID and its secret for those that the product connects to"

/** Whether each provider that has a client can be used and reached, all at once. */
export const findings = Effect.fnUntraced(function* (
  providers: ReadonlyArray<RegisteredProvider>,
  production: boolean
) {
  const configured = providers.filter(({ credentials }) => Option.isSome(credentials))
  const without = providers
    .filter(({ credentials }) => Option.isNone(credentials))
    .map(({ definition }) => definition.id)
    .join(", ")
  const summary =
    configured.length === 0 && production
      ? warn("providers", "none is configured", setUp)
      : ok("providers", without === "" ? "all are configured" : `not configured: ${without}`)
  const looks = yield* Effect.forEach(configured, look, { concurrency: "unbounded" })
  return [summary, ...looks.flat()]
})
