import type { CaseGroup } from "../Case.ts"
import { rejected } from "../IdTokenTampering.ts"

/** Where there is one issuer a tenant, the claim that names the tenant must agree with the issuer. */
export const wrongTenant: CaseGroup = {
  title: "tenant:",
  cases: ({ definition: { identity } }) =>
    identity.kind === "id_token"
      ? Object.values(identity.issuerClaims ?? {}).map((claim) =>
          rejected(`names a tenant in ${claim} that is not its issuer's`, (simulation) => {
            simulation.claims = (claims) => ({ ...claims, [claim]: "00000000-0000-4000-8000-00000000ffff" })
          })
        )
      : []
}
