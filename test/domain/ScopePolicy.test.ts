import { FeatureId, type Role, ScopePolicies, ScopePolicy } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import {
  backup,
  catalogue,
  email,
  listed,
  mail,
  openid,
  policy,
  provider,
  read,
  readAlias,
  unheardOf,
  write
} from "./PolicySample.ts"

const permittedTo = (roles: ReadonlyArray<Role>, limits: ScopePolicy) =>
  ScopePolicies.permitted(limits, provider, roles, catalogue)

const permitted = (limits: ScopePolicy) => permittedTo(["user"], limits)

describe("what a policy permits", () => {
  it("is the whole catalogue where it limits nothing", () => {
    assert.deepStrictEqual(permitted(ScopePolicies.unrestricted), catalogue)
    assert.deepStrictEqual(permitted({ features: [], wider_tokens: "release" }), catalogue)
    assert.deepStrictEqual(permitted({ denied: [], by_role: {} }), catalogue)
  })

  it("is nothing where nothing is allowed, not even what identifies the account", () => {
    assert.deepStrictEqual(permitted({ allowed: [] }), [])
    assert.deepStrictEqual(permitted({ by_role: { user: { allowed: [] } } }), [])
  })

  it("is what is allowed, with what identifies the account", () => {
    assert.deepStrictEqual(permitted({ allowed: [mail] }), [openid, email, mail])
    assert.deepStrictEqual(permitted({ by_role: { user: { allowed: [mail] } } }), [openid, email, mail])
  })

  it("is what an allowed scope implies, too, and not what implies it", () => {
    assert.deepStrictEqual(permitted({ allowed: [write] }), [openid, email, listed, read, write])
    assert.deepStrictEqual(permitted({ allowed: [read] }), [openid, email, listed, read])
  })

  it("is nothing that is denied, though it is allowed or identifies the account", () => {
    assert.deepStrictEqual(permitted({ allowed: [mail, read], denied: [mail, openid] }), [email, listed, read])
  })

  it("is no scope that implies a denied one, at any remove", () => {
    assert.deepStrictEqual(permitted({ denied: [listed] }), [openid, email, mail, backup])
    assert.deepStrictEqual(permitted({ denied: [write] }), [openid, email, listed, read, mail, backup])
  })

  it("is the same however a scope is spelt", () => {
    assert.deepStrictEqual(permitted({ allowed: [readAlias] }), permitted({ allowed: [read] }))
    assert.deepStrictEqual(permitted({ denied: [readAlias] }), permitted({ denied: [read] }))
    assert.isFalse(ScopePolicies.permits({ denied: [read] }, provider, ["user"], readAlias))
    assert.isTrue(ScopePolicies.permits({ allowed: [read] }, provider, ["user"], readAlias))
  })

  it.each([
    ["basic", [openid, email, listed]],
    ["sensitive", [openid, email, listed, read, write]],
    ["restricted", catalogue]
  ] as const)("is no more sensitive than %s, with all that it implies", (ceiling, expected) => {
    assert.deepStrictEqual(permitted({ max_sensitivity: ceiling }), expected)
    assert.deepStrictEqual(permitted({ by_role: { user: { max_sensitivity: ceiling } } }), expected)
  })

  it("takes a scope that the catalogue lacks for restricted, and for none of those allowed", () => {
    const permits = (limits: ScopePolicy) => ScopePolicies.permits(limits, provider, ["user"], unheardOf)
    assert.isFalse(permits({ max_sensitivity: "sensitive" }))
    assert.isFalse(permits({ allowed: catalogue }))
    assert.isFalse(permits({ denied: [unheardOf] }))
  })
})

describe("limits by role", () => {
  const limits = policy({ denied: [mail], by_role: { user: { allowed: [read] }, service: { allowed: [write] } } })

  it("bind callers in the role, within what the tenant allows", () => {
    assert.deepStrictEqual(permittedTo(["user"], limits), [openid, email, listed, read])
    assert.deepStrictEqual(permittedTo(["service"], limits), [openid, email, listed, read, write])
    assert.deepStrictEqual(permittedTo(["admin"], limits), [openid, email, listed, read, write])
  })

  it("give a caller with several roles what the widest gives, and no more than one of them", () => {
    assert.deepStrictEqual(permittedTo(["user", "service"], limits), permittedTo(["service"], limits))
    const apart = policy({ by_role: { user: { allowed: [read] }, service: { allowed: [mail] } } })
    assert.deepStrictEqual(permittedTo(["user", "service"], apart), [openid, email, listed, read, mail])
    assert.deepStrictEqual(permittedTo(["user", "admin"], apart), catalogue)
  })

  it("bind a caller without roles all together", () => {
    assert.deepStrictEqual(permittedTo([], limits), [openid, email, listed, read])
    assert.deepStrictEqual(permittedTo([], policy({ by_role: { auditor: { allowed: [] } } })), [])
    assert.deepStrictEqual(permittedTo([], {}), catalogue)
  })
})

describe("whether a policy permits anything", () => {
  const anything = (roles: ReadonlyArray<Role>, limits: ScopePolicy) => ScopePolicies.permitsAnything(limits, roles)

  it("is told by empty lists alone, of the tenant or of all the caller's roles", () => {
    assert.isTrue(anything(["user"], {}))
    assert.isTrue(anything(["user"], { allowed: [mail], denied: catalogue }))
    assert.isFalse(anything(["user"], { allowed: [] }))
    const closed = policy({ by_role: { user: { allowed: [] } } })
    assert.isFalse(anything(["user"], closed))
    assert.isFalse(anything([], closed))
    assert.isTrue(anything(["user", "service"], closed))
  })
})

describe("the features of a policy", () => {
  const [calendar, notes] = [FeatureId.make("calendar"), FeatureId.make("notes")]

  it("are all where none is named, and otherwise those named", () => {
    assert.isTrue(ScopePolicies.permitsFeature({}, calendar))
    assert.isTrue(ScopePolicies.permitsFeature({ features: [calendar] }, calendar))
    assert.isFalse(ScopePolicies.permitsFeature({ features: [calendar] }, notes))
    assert.isFalse(ScopePolicies.permitsFeature({ features: [] }, calendar))
  })
})

describe("a written policy", () => {
  const decode = (value: unknown) =>
    Result.isSuccess(Schema.decodeUnknownResult(ScopePolicy)(value, { onExcessProperty: "error" }))

  it("may leave out everything, and rules for any role", () => {
    assert.isTrue(decode({}))
    assert.isTrue(decode({ by_role: {} }))
    assert.isTrue(decode({ by_role: { service: { denied: ["mail"] } } }))
  })

  it.each([
    { allowed: "mail" },
    { denied: ["two words"] },
    { max_sensitivity: "secret" },
    { by_role: { owner: {} } },
    { by_role: { user: { by_role: {} } } },
    { by_role: { user: { features: [] } } },
    { features: ["Not An Id"] },
    { wider_tokens: true },
    { allow: [] }
  ])("is not %j", (value) => assert.isFalse(decode(value)))
})
