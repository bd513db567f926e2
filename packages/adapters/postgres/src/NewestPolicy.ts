/**
 * A lateral subquery for the newest version of a tenant's policy at a provider (SQL expressions): one look-up in the primary
 * key, and no row where there is none.
 */
export const newestPolicy = (tenant: string, provider: string): string =>
  `(SELECT p.version, p.policy, p.created_at FROM oauth_manager.scope_policies p
    WHERE p.tenant_id = ${tenant} AND p.provider = ${provider} ORDER BY p.version DESC LIMIT 1)`
