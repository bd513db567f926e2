import {
  AuditEventId,
  AuthorizationId,
  ConsentId,
  defaultTenant,
  FeatureId,
  IntegrationId,
  isSameAccount,
  isSameScope,
  ProblemCode,
  ProviderId,
  remedy,
  Sealed,
  TenantId,
  UserId,
  UserReference
} from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { anAccount, aScope } from "../fakes/Samples.ts"

const version7 = "0192f0c1-0000-7000-8000-000000000001"
const version4 = "0192f0c1-0000-4000-8000-000000000001"

const accepted = (schema: Schema.Schema<unknown>, values: ReadonlyArray<unknown>) => values.filter(Schema.is(schema))

for (const [name, schema] of Object.entries({ TenantId, UserId })) {
  describe(`${name}`, () => {
    it("takes any text that an auth service may name someone by", () => {
      const values = ["ada", "auth0|5f7c", "ada@example.test", "Ада", "🔑", " ", "x".repeat(255)]
      assert.deepStrictEqual(accepted(schema, values), values)
    })

    it("refuses what is empty, too long or no text", () => {
      assert.deepStrictEqual(accepted(schema, ["", "x".repeat(256), undefined, null, 7, ["ada"]]), [])
    })

    it("refuses control characters, which storage would not take", () => {
      for (const code of [...Array.from({ length: 0x20 }, (_, index) => index), 0x7f, 0x80, 0x9f]) {
        assert.deepStrictEqual(accepted(schema, [`ada${String.fromCharCode(code)}`]), [])
      }
      assert.throws(() => Schema.decodeUnknownSync(schema)("ada\0"), /control characters or lone surrogates/)
    })

    it("refuses lone surrogates, which no encoding keeps", () => {
      assert.deepStrictEqual(accepted(schema, ["\uD83D", "ada\uDC00", "\uDD11\uD83D"]), [])
    })
  })
}

describe("ProviderId", () => {
  it("takes lower-case letters, digits and hyphens, a letter first", () => {
    const values = ["google", "a", "sandbox-2", "x".repeat(32)]
    assert.deepStrictEqual(accepted(ProviderId, values), values)
  })

  it("refuses whatever could be read as more than a name", () => {
    assert.deepStrictEqual(
      accepted(ProviderId, [
        "",
        "Google",
        "2fa",
        "-a",
        "a_b",
        "a.b",
        "../a",
        "a/b",
        "a b",
        "a\n",
        "é",
        "x".repeat(33),
        null
      ]),
      []
    )
  })
})

describe("FeatureId", () => {
  it("takes lower-case words joined by dots and hyphens", () => {
    const values = ["notes", "sandbox.notes.read", "calendar-2.show", "x".repeat(128)]
    assert.deepStrictEqual(accepted(FeatureId, values), values)
  })

  it("refuses anything else", () => {
    assert.deepStrictEqual(
      accepted(FeatureId, ["", "Notes", ".notes", "notes.", "a..b", "a b", "2a", "a\n", "a_b", "x".repeat(129)]),
      []
    )
  })
})

for (const [name, schema] of Object.entries({ AuditEventId, AuthorizationId, ConsentId, IntegrationId })) {
  describe(`${name}`, () => {
    it("is a UUID of version 7", () => {
      const values = [version7]
      assert.deepStrictEqual(accepted(schema, values), values)
      assert.deepStrictEqual(
        accepted(schema, [
          version4,
          "",
          "1",
          `${version7} `,
          `${version7}\n`,
          `{${version7}}`,
          version7.replaceAll("-", "")
        ]),
        []
      )
    })
  })
}

describe("UserReference", () => {
  it("is a random UUID, which tells nothing of when it was made", () => {
    const values = [version4]
    assert.deepStrictEqual(accepted(UserReference, values), values)
    assert.deepStrictEqual(accepted(UserReference, [version7, "ada"]), [])
  })
})

describe("Sealed", () => {
  it("is bytes, and no text by mistake", () => {
    const values = [new Uint8Array([1, 2])]
    assert.deepStrictEqual(accepted(Sealed, values), values)
    assert.deepStrictEqual(accepted(Sealed, ["ciphertext", [1, 2], null]), [])
  })
})

describe("UserScope", () => {
  it("is the same for the same user of the same tenant alone", () => {
    const ada = aScope()
    assert.isTrue(isSameScope(ada, { ...ada }))
    assert.isFalse(isSameScope(ada, aScope({ tenant: ada.tenant })))
    assert.isFalse(isSameScope(ada, aScope({ user: ada.user })))
    assert.isFalse(
      isSameScope(
        { ...ada, tenant: TenantId.make("a"), user: UserId.make("bc") },
        {
          tenant: TenantId.make("ab"),
          user: UserId.make("c")
        }
      )
    )
  })

  it("has one tenant where the deployment names none", () => {
    assert.strictEqual(defaultTenant, "default")
  })
})

describe("Account", () => {
  it("is the same by its key alone, and never by its e-mail address", () => {
    const account = anAccount({ email: "ada@example.test" })
    assert.isTrue(isSameAccount(account, { ...anAccount(), key: account.key }))
    assert.isFalse(isSameAccount(account, { ...account, key: `${account.key}2` }))
    assert.isFalse(isSameAccount(account, { ...account, key: account.key.toUpperCase() }))
  })
})

describe("Problem", () => {
  it("has a remedy for every code: who must act, and what to do", () => {
    assert.sameMembers(Object.keys(remedy), [...ProblemCode.literals])
    for (const code of ProblemCode.literals) {
      assert.match(remedy[code].action, /^[A-Z].+\.$/)
      assert.include(["user", "admin", "operator"], remedy[code].who)
    }
  })
})
