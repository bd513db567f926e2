import type { RepositoryUnavailable, UserRepository } from "@oauth-manager/application"
import { TenantId, UserId, type UserReference, type UserScope } from "@oauth-manager/domain"
import { Cache, Effect, Exit } from "effect"

const toKey = ({ tenant, user }: UserScope, object: string): string => JSON.stringify([tenant, user, object])

const toScope = (key: string): UserScope => {
  const [tenant, user] = JSON.parse(key)
  return { tenant: TenantId.make(tenant), user: UserId.make(user) }
}

/**
 * Remembers persons' references for a while: a release would otherwise ask for two. Outside units of work alone, since
 * a reference that is made in one may be rolled back with it. They are remembered by the object, too, that is acted on:
 * one who was erased and came back has other integrations, and must not be named as the person whom nobody knows any more.
 */
export const make = (
  users: UserRepository["Service"]
): Effect.Effect<(scope: UserScope, object: string) => Effect.Effect<UserReference, RepositoryUnavailable>> =>
  Effect.map(
    Cache.makeWith((key: string) => Effect.map(users.ensure(toScope(key)), ({ reference }) => reference), {
      capacity: 10_000,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? "5 minutes" : "0 millis")
    }),
    (cache) => (scope, object) => Cache.get(cache, toKey(scope, object))
  )
