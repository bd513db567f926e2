import type { Hooks } from "@oauth-manager/provider-sdk"

/** The tenant of all personal accounts. */
const personal = "9188040d-6c67-4c5b-b112-36a304b66dad"
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A domain admits whomever its authority signs in: only Microsoft knows which tenant owns it. */
const isOfAuthority = (authority: string, tenant: string): boolean => {
  if (authority === "consumers") return tenant === personal
  if (authority === "organizations") return tenant !== personal
  return !guid.test(authority) || tenant === authority
}

const listed = (tenants: string): ReadonlyArray<string> =>
  tenants
    .split(",")
    .map((tenant) => tenant.trim())
    .filter((tenant) => tenant !== "")

/** Only accounts of the tenants that the settings `tenant` and `allowed_tenants` admit. */
export const acceptsTenant: NonNullable<Hooks["acceptsIdentity"]> = ({ tid }, { allowed_tenants = "", tenant }) => {
  if (typeof tid !== "string" || !guid.test(tid.toLowerCase()) || tenant === undefined) return false
  const allowed = listed(allowed_tenants.toLowerCase())
  return (
    isOfAuthority(tenant.toLowerCase(), tid.toLowerCase())
    && (allowed.length === 0 || allowed.includes(tid.toLowerCase()))
  )
}
