import type { ProviderId } from "@oauth-manager/domain"
import { Option } from "effect"
import type { RegisteredProvider } from "../ports/ProviderRegistry.ts"

/** The group and the project there whose grants a provider's integrations are part of. */
const grantsOf = ({ credentials, definition }: RegisteredProvider): Option.Option<string> =>
  Option.map(Option.all([Option.fromUndefinedOr(definition.sharedGrant), credentials]), ([shared, { clientId }]) => {
    const project = shared.project === undefined ? undefined : new RegExp(shared.project, "u").exec(clientId)?.[1]
    return JSON.stringify([shared.group, project ?? clientId])
  })

/**
 * The providers of the deployment whose integrations of one person end together, this one among them; none where each
 * integration ends alone.
 */
export const sharing = (
  registered: RegisteredProvider,
  all: ReadonlyArray<RegisteredProvider>
): ReadonlyArray<ProviderId> => {
  const { id, revocation } = registered.definition
  if (revocation.kind === "unsupported" || revocation.reach === "token") return []
  return Option.match(grantsOf(registered), {
    onNone: () => [id],
    onSome: (grants) =>
      all.filter((other) => Option.contains(grantsOf(other), grants)).map(({ definition }) => definition.id)
  })
}
