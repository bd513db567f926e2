import type { ClientCredentials } from "@oauth-manager/application"
import { methodsOf, type ProviderDefinition } from "@oauth-manager/provider-sdk"
import { Effect, Option, type Redacted, Schema } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import { ClientKey } from "./ClientKey.ts"
import { refuse } from "./Problems.ts"
import { variable } from "./ProviderVariable.ts"
import { setting } from "./Setting.ts"

type Client = Pick<ProviderDefinition, "id" | "clientAuthentication">

const Secret = Schema.RedactedFromValue(Schema.String)

const proofsOf = ({ clientAuthentication }: Client): ReadonlyArray<"CLIENT_SECRET" | "CLIENT_KEY"> => {
  const methods = methodsOf(clientAuthentication)
  const takesSecret = methods.some((method) => method.startsWith("client_secret_"))
  return [
    ...(takesSecret ? (["CLIENT_SECRET"] as const) : []),
    ...(methods.includes("private_key_jwt") ? (["CLIENT_KEY"] as const) : [])
  ]
}

export const credentialNames = (client: Client): ReadonlyArray<string> => ["CLIENT_ID", ...proofsOf(client)]

/** The client's id, with a secret or a key where the provider wants one; none where nothing is set. */
export const readCredentials = Effect.fnUntraced(function* (
  client: Client
): Effect.fn.Return<Option.Option<ClientCredentials>, StartupFailed> {
  const proofs = proofsOf(client)
  const named = (name: string) => variable(client.id, name)
  const read = (name: (typeof proofs)[number], schema: Schema.Codec<Redacted.Redacted<string>, string>) =>
    proofs.includes(name) ? Effect.map(setting(named(name), schema), Option.getOrUndefined) : Effect.succeed(undefined)
  const clientId = yield* setting(named("CLIENT_ID"), Schema.String)
  const clientSecret = yield* read("CLIENT_SECRET", Secret)
  const clientKey = yield* read("CLIENT_KEY", ClientKey)
  const isProven = clientSecret !== undefined || clientKey !== undefined
  const isPublic = methodsOf(client.clientAuthentication).includes("none")
  const isComplete = Option.isSome(clientId) ? isProven || isPublic : !isProven
  if (!isComplete) {
    const wanted = proofs.map(named).join(" or ")
    return yield* refuse(
      `${Option.isSome(clientId) ? wanted : named("CLIENT_ID")}: must be set too, `
        + `since ${named("CLIENT_ID")} and ${wanted} belong together`,
      Option.none()
    )
  }
  return Option.map(clientId, (clientId) => ({
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(clientKey === undefined ? {} : { clientKey })
  }))
})
