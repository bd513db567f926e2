import { Permission, Role, rolePermissions } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option } from "effect"
import { roleSettings } from "../../apps/server/src/configuration/RoleSettings.ts"

const read = (env: Record<string, string>) =>
  roleSettings.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))))

const refusalOf = (env: Record<string, string>) => Effect.map(Effect.flip(read(env)), ({ message }) => message)

describe("roles by configuration", () => {
  it.effect("are our own, with their permissions, where nothing is set", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({}), { roles: Option.none(), rolePermissions: Option.none() })
    })
  )

  it.effect("are those of the product's names, one or several each", () =>
    Effect.gen(function* () {
      const { roles } = yield* read({ AUTH_ROLES: "backend=service, ops = admin+auditor ,ops=user" })
      assert.deepStrictEqual(
        [...Option.getOrThrow(roles)],
        [
          ["backend", ["service"]],
          ["ops", ["admin", "auditor", "user"]]
        ]
      )
    })
  )

  it.effect("may do what is listed, and nothing where it says none", () =>
    Effect.gen(function* () {
      const settings = yield* read({
        ROLE_PERMISSIONS_AUDITOR: "audit:read, integrations:read",
        ROLE_PERMISSIONS_USER: "none"
      })
      assert.deepStrictEqual(
        settings.rolePermissions,
        Option.some({
          ...rolePermissions,
          auditor: ["audit:read", "integrations:read"],
          user: []
        })
      )
    })
  )

  it.effect.each([
    [{ AUTH_ROLES: "backend=root" }, ["AUTH_ROLES", ...Role.literals]],
    [{ AUTH_ROLES: "backend" }, ["AUTH_ROLES", "name=role"]],
    [{ AUTH_ROLES: "=admin" }, ["AUTH_ROLES"]],
    [{ AUTH_ROLES: "a=admin=user" }, ["AUTH_ROLES"]],
    [{ AUTH_ROLES: "a=admin+" }, ["AUTH_ROLES"]],
    [{ ROLE_PERMISSIONS_USER: "tokens:write" }, ["ROLE_PERMISSIONS_USER", ...Permission.literals]],
    [{ ROLE_PERMISSIONS_USER: "none,tokens:read" }, ["ROLE_PERMISSIONS_USER"]],
    [{ ROLE_PERMISSIONS_ROOT: "tokens:read" }, ["ROLE_PERMISSIONS_ROOT", ...Role.literals]]
  ] as const)("are refused by name: %j", ([env, named]) =>
    Effect.gen(function* () {
      const message = yield* refusalOf(env)
      for (const part of named) assert.include(message, part)
    })
  )
})
