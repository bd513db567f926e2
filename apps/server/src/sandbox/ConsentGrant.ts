import type Provider from "oidc-provider"
import type { Configuration } from "oidc-provider"

type Session = Awaited<ReturnType<Provider["Session"]["get"]>>
type LoadGrant = NonNullable<Configuration["loadExistingGrant"]>

/**
 * Saves a grant for one authorization alone, so that its revocation ends no other's tokens. The refused scopes are
 * kept in it because oidc-provider would ask again for a scope that it finds neither granted nor rejected.
 */
export const saveGrant = async (
  provider: Provider,
  consent: {
    readonly accountId: string
    readonly clientId: string
    readonly granted: ReadonlyArray<string>
    readonly refused: ReadonlyArray<string>
  }
) => {
  const grant = new provider.Grant({ accountId: consent.accountId, clientId: consent.clientId })
  grant.addOIDCScope([...consent.granted])
  grant.rejectOIDCScope([...consent.refused])
  await grant.save()
  return grant
}

/**
 * The grant of an answered page; for `prompt=none` a copy of the session's last one when that decided on every scope
 * now requested. Otherwise none, which makes oidc-provider show the page or answer `consent_required`.
 *
 * @see OpenID Connect Core 1.0 section 3.1.2.1
 */
export const loadGrant: LoadGrant = async ({ oidc }) => {
  const { provider, prompts, requestParamOIDCScopes, result, session } = oidc
  const answered = result?.consent?.grantId
  if (answered !== undefined) return provider.Grant.find(answered)
  const clientId = oidc.client?.clientId
  const lastId = clientId === undefined ? undefined : session?.grantIdFor(clientId)
  if (clientId === undefined || lastId === undefined || !prompts.has("none")) return undefined
  const last = await provider.Grant.find(lastId)
  if (last?.accountId === undefined) return undefined
  const requested = [...requestParamOIDCScopes]
  const granted = last.getOIDCScope().split(" ")
  const refused = last.getRejectedOIDCScope().split(" ")
  if (!requested.every((scope) => granted.includes(scope) || refused.includes(scope))) return undefined
  return saveGrant(provider, { accountId: last.accountId, clientId, granted, refused })
}

/** Makes the session the chosen account's; oidc-provider itself would interpose a scripted sign-out page. */
export const switchAccount = async (session: Session, account: string): Promise<void> => {
  if (session.accountId === undefined || session.accountId === account) return
  session.authorizations = undefined
  session.loginAccount({ accountId: account })
  await session.persist()
}
