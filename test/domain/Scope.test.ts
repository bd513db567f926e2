import { Scope, Scopes } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { runs, seed } from "./Seed.ts"

const isScope = Schema.is(Scope)
const [a, b, c] = [Scope.make("a"), Scope.make("b"), Scope.make("c")] as const

describe(`Scope (seed ${seed})`, () => {
  it("takes the scope values that providers use", () => {
    for (const value of [
      "openid",
      "https://www.googleapis.com/auth/calendar",
      "User.Read",
      "a!#$&[]~",
      "x".repeat(512)
    ]) {
      assert.isTrue(isScope(value), value)
    }
  })

  it("refuses every character outside of a scope-token, and names the rule", () => {
    const outside = [...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code)), '"', "\\", "\x7F"]
    for (const character of [...outside, "\x80", "é", "🔑", "\uD800", "\u202E", "\u200B"]) {
      assert.isFalse(isScope(`read${character}`), JSON.stringify(character))
    }
    assert.throws(() => Schema.decodeUnknownSync(Scope)("two scopes"), /printable ASCII/)
  })

  it("refuses what is empty, longer than 512 characters, or no string", () => {
    for (const value of ["", "x".repeat(513), undefined, null, 7, ["openid"], {}]) assert.isFalse(isScope(value))
  })

  it("reads a space-separated list in order, each scope once", () => {
    assert.deepStrictEqual(Scopes.parseScopes("b a b c a"), [b, a, c])
  })

  it("leaves out of a list what is no scope", () => {
    assert.deepStrictEqual(Scopes.parseScopes("  a   \u0000 b\n \\ é  "), [a])
    assert.deepStrictEqual(Scopes.parseScopes(""), [])
  })

  it.prop(
    "reads back what it has written",
    [Schema.Array(Scope)],
    ([scopes]) => {
      assert.deepStrictEqual(Scopes.parseScopes(Scopes.formatScopes(scopes)), [...new Set(scopes)])
    },
    runs(300)
  )

  it.prop(
    "reads only scopes, each once, from any text",
    [Schema.String],
    ([text]) => {
      const scopes = Scopes.parseScopes(text)
      assert.isTrue(scopes.every(isScope))
      assert.strictEqual(new Set(scopes).size, scopes.length)
    },
    runs(1000)
  )

  it("joins lists in order, each scope once", () => {
    assert.deepStrictEqual(Scopes.union([a, b], [b, c], [], [a]), [a, b, c])
    assert.deepStrictEqual(Scopes.union(), [])
  })

  it("takes one list from another", () => {
    assert.deepStrictEqual(Scopes.difference([a, b, c], [b]), [a, c])
    assert.deepStrictEqual(Scopes.difference([], [b]), [])
  })

  it("tells whether one list holds another, in any order", () => {
    assert.isTrue(Scopes.isSubset([c, a], [a, b, c]))
    assert.isTrue(Scopes.isSubset([], []))
    assert.isFalse(Scopes.isSubset([a, b], [a]))
  })
})
