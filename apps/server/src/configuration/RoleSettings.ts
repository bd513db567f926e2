import { Permission, Role, type RolePermissions, rolePermissions } from "@oauth-manager/domain"
import { ConfigProvider, Effect, Option, Schema, SchemaTransformation } from "effect"
import type { StartupFailed } from "../StartupFailed.ts"
import { namesBelow } from "./EnvironmentNames.ts"
import { refuse } from "./Problems.ts"
import { List, setting } from "./Setting.ts"

export interface RoleSettings {
  /** What the product's names of roles mean; none: they are ours. */
  readonly roles: Option.Option<ReadonlyMap<string, ReadonlyArray<Role>>>
  readonly rolePermissions: Option.Option<RolePermissions>
}

const prefix = "ROLE_PERMISSIONS_"
const variables: ReadonlyMap<string, Role> = new Map(
  Role.literals.map((role) => [`${prefix}${role.toUpperCase()}`, role])
)

const rolesList = Role.literals.join(", ")

const isMeaning = (item: string): true | string => {
  const [name = "", roles = "", ...more] = item.split("=")
  const isComplete = name.trim() !== "" && more.length === 0
  return (
    (isComplete && roles.split("+").every((role) => Schema.is(Role)(role.trim())))
    || `must be name=role pairs, such as backend=service,ops=admin+auditor, with the roles ${rolesList}`
  )
}

const Meanings = List.pipe(Schema.decodeTo(Schema.Array(Schema.String.check(Schema.makeFilter(isMeaning)))))

const meaningsOf = (items: ReadonlyArray<string>): ReadonlyMap<string, ReadonlyArray<Role>> => {
  const meanings = new Map<string, ReadonlyArray<Role>>()
  for (const item of items) {
    const [name = "", roles = ""] = item.split("=")
    const named = roles.split("+").map((role) => Role.make(role.trim() as Role))
    meanings.set(name.trim(), [...(meanings.get(name.trim()) ?? []), ...named])
  }
  return meanings
}

const isPermission = (item: string) =>
  Schema.is(Permission)(item) || `must be none, or some of ${Permission.literals.join(", ")}`

const Permissions = List.pipe(
  Schema.decodeTo(
    Schema.Array(Schema.String),
    SchemaTransformation.transform({
      decode: (items): ReadonlyArray<string> => (items.length === 1 && items[0] === "none" ? [] : items),
      encode: (items) => items
    })
  ),
  Schema.decodeTo(Schema.Array(Schema.String.check(Schema.makeFilter(isPermission))))
)

const refuseUnknownRoles = Effect.gen(function* () {
  const set = yield* Effect.orElseSucceed(
    namesBelow(yield* ConfigProvider.ConfigProvider, (name) => name.startsWith("ROLE")),
    () => []
  )
  for (const name of set.filter((name) => name.startsWith(prefix) && !variables.has(name))) {
    yield* refuse(`${name}: there is no such role; the roles are ${rolesList}`, undefined)
  }
})

/** What the names in tokens mean, and what the roles may do. */
export const roleSettings: Effect.Effect<RoleSettings, StartupFailed> = Effect.gen(function* () {
  yield* refuseUnknownRoles
  const own: Partial<Record<Role, ReadonlyArray<Permission>>> = {}
  for (const [name, role] of variables) {
    const permissions = yield* setting(name, Permissions)
    if (Option.isSome(permissions)) own[role] = permissions.value as ReadonlyArray<Permission>
  }
  return {
    roles: Option.map(yield* setting("AUTH_ROLES", Meanings), meaningsOf),
    rolePermissions: Object.keys(own).length === 0 ? Option.none() : Option.some({ ...rolePermissions, ...own })
  }
})
