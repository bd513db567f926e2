import {
  actingRole,
  type Caller,
  hasPermission,
  mayActFor,
  Permission,
  Role,
  rolePermissions
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { aCaller, aScope } from "../fakes/Samples.ts"

const ada = aScope()
const bob = aScope({ tenant: ada.tenant })
const namesake = aScope({ user: ada.user })

const matrix: Record<Role, ReadonlyArray<Permission>> = {
  user: ["integrations:read", "integrations:write", "consents:read", "consents:write", "users:erase"],
  service: ["integrations:read", "integrations:write", "consents:read", "tokens:read"],
  admin: [
    "integrations:read",
    "integrations:write",
    "consents:read",
    "consents:write",
    "users:erase",
    "keys:write",
    "policies:write",
    "audit:read"
  ],
  auditor: ["audit:read"]
}

const as = (...roles: ReadonlyArray<Role>): Caller => aCaller(ada, { roles })

describe("Permission", () => {
  for (const role of Role.literals) {
    for (const permission of Permission.literals) {
      const granted = matrix[role].includes(permission)
      it(`${granted ? "is" : "is not"} given to the role ${role}: ${permission}`, () => {
        assert.strictEqual(hasPermission(as(role), permission), granted)
      })
    }
  }

  it("is not given to a caller without roles", () => {
    for (const permission of Permission.literals) assert.isFalse(hasPermission(as(), permission))
  })

  it("adds up over roles, and over what the token itself carries", () => {
    assert.isTrue(hasPermission(as("auditor", "service"), "tokens:read"))
    const caller = aCaller(ada, { roles: ["auditor"], permissions: ["tokens:read"] })
    assert.isTrue(hasPermission(caller, "tokens:read"))
    assert.isFalse(hasPermission(caller, "integrations:read"))
  })
})

describe("a deployment that says what its roles may do", () => {
  const caller = aCaller(ada, { roles: ["service"], rolePermissions: { ...rolePermissions, service: ["audit:read"] } })

  it("takes away as it gives, and leaves the token's own permissions", () => {
    assert.isTrue(hasPermission(caller, "audit:read"))
    assert.isFalse(hasPermission(caller, "tokens:read"))
    assert.isTrue(hasPermission({ ...caller, permissions: ["tokens:read"] }, "tokens:read"))
    assert.isTrue(hasPermission({ ...caller, roles: ["service", "user"] }, "consents:write"))
  })

  it("gives no role a reach that it has not", () => {
    const auditor = aCaller(ada, {
      roles: ["auditor"],
      rolePermissions: { ...rolePermissions, auditor: ["tokens:read"] }
    })
    assert.isFalse(mayActFor(auditor, bob))
  })
})

describe("mayActFor", () => {
  for (const role of Role.literals) {
    const forOthers = role === "service" || role === "admin"
    it(`lets a caller in the role ${role} act for ${forOthers ? "anyone of the tenant" : "no other user"}`, () => {
      assert.isTrue(mayActFor(as(role), ada))
      assert.strictEqual(mayActFor(as(role), bob), forOthers)
    })

    it(`lets no caller in the role ${role} act in another tenant, not even for a user of the same name`, () => {
      assert.isFalse(mayActFor(as(role), namesake))
      assert.isFalse(mayActFor(as(role), aScope()))
    })
  }

  it("lets a caller without roles act for nobody but itself", () => {
    assert.isTrue(mayActFor(as(), ada))
    assert.isFalse(mayActFor(as(), bob))
  })

  it("gives no reach by permissions of the token alone", () => {
    assert.isFalse(mayActFor(aCaller(ada, { roles: ["user"], permissions: [...Permission.literals] }), bob))
  })
})

describe("actingRole", () => {
  it("is the role that gives the most, whatever the order", () => {
    assert.strictEqual(actingRole(as("user", "auditor", "admin", "service")), "service")
    assert.strictEqual(actingRole(as("user", "auditor", "admin")), "admin")
    assert.strictEqual(actingRole(as("user", "auditor")), "auditor")
    assert.strictEqual(actingRole(as("user")), "user")
  })

  it("is none for a caller without roles", () => {
    assert.strictEqual(actingRole(as()), "none")
  })
})
