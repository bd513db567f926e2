import type { Caller, UserId, UserScope } from "@oauth-manager/domain"

/** Whose data a path is about: `me` is the caller, in the caller's own tenant as everybody else. */
export const actedFor = ({ scope }: Caller, user: UserId): UserScope =>
  user === "me" ? scope : { tenant: scope.tenant, user }
