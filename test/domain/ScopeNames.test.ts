import { compareGrant, compareRefresh, FeatureId, type Provider, Scope, ScopeCatalogue } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import { scope } from "./GoogleLike.ts"
import {
  chat,
  manageMail,
  microsoftLike,
  offline,
  oldFiles,
  openid,
  prefix,
  readFiles,
  readMail,
  shorter,
  talk,
  unheardOf,
  user,
  writeMail
} from "./MicrosoftLike.ts"

const provider = microsoftLike()
const spelled = (...values: ReadonlyArray<string>) => values.map((value) => Scope.make(value))
const canonical = (value: string, by = provider) => ScopeCatalogue.canonical(by, Scope.make(value))
const { scopeNames: _, ...exact } = provider

const grant = (
  returned: ReadonlyArray<Scope>,
  requested: ReadonlyArray<Scope>,
  { before = [], by = provider }: { readonly before?: ReadonlyArray<Scope>; readonly by?: Provider } = {}
) => compareGrant(by, { requested, consentedBefore: before, incremental: false, returned: Option.some(returned) })

const granted = (...args: Parameters<typeof grant>) => Result.getOrThrow(grant(...args))
const escalated = (...args: Parameters<typeof grant>) => Result.getOrThrow(Result.flip(grant(...args))).scopes

describe("ScopeCatalogue, of a provider that spells scopes as it likes", () => {
  it("knows a scope in any case, with and without a prefix", () => {
    for (const value of ["mail.read", "MAIL.READ", `${prefix}Mail.Read`, `${prefix.toUpperCase()}mail.read`]) {
      assert.strictEqual(canonical(value), readMail, value)
      assert.isTrue(ScopeCatalogue.isInCatalogue(provider, Scope.make(value)), value)
    }
    assert.strictEqual(canonical(`${shorter}Mail.Read`), readMail)
    assert.strictEqual(canonical(`${prefix}DOCUMENTS.read`), readFiles)
  })

  it("takes one prefix off, and only from the beginning", () => {
    for (const value of [`${prefix}${prefix}Mail.Read`, `Mail.Read${prefix}`, `x${prefix}Mail.Read`, `${prefix}`]) {
      assert.strictEqual(canonical(value), Scope.make(value))
    }
  })

  it("knows a scope whose own value has a prefix by its bare name", () => {
    const prefixed = microsoftLike({ scopes: [scope(`${prefix}Mail.Read`)] })
    assert.strictEqual(canonical("mail.read", prefixed), Scope.make(`${prefix}Mail.Read`))
  })

  it("compares exactly where the provider does not say otherwise", () => {
    for (const value of ["mail.read", `${prefix}Mail.Read`]) assert.strictEqual(canonical(value, exact), value)
    const prefixes = { ...exact, scopeNames: { prefixes: [prefix] } }
    assert.strictEqual(canonical(`${prefix}Mail.Read`, prefixes), readMail)
    assert.strictEqual(canonical(`${prefix.toUpperCase()}Mail.Read`, prefixes), `${prefix.toUpperCase()}Mail.Read`)
    assert.strictEqual(canonical(`${prefix}mail.read`, prefixes), `${prefix}mail.read`)
    const anyCase = { ...exact, scopeNames: { ignoreCase: true } }
    assert.strictEqual(canonical("MAIL.read", anyCase), readMail)
    assert.strictEqual(canonical(`${prefix}Mail.Read`, anyCase), `${prefix}Mail.Read`)
  })

  it("asks for scopes in its own spelling, however they were named", () => {
    const asked = { scopes: spelled("MAIL.READ", `${prefix}mail.read`), features: [] }
    assert.deepStrictEqual(Result.getOrThrow(ScopeCatalogue.requestedScopes(provider, asked)), [
      openid,
      offline,
      user,
      readMail
    ])
  })

  it("finds all that scopes imply, through others, in a circle and under another spelling", () => {
    const closure = (...scopes: ReadonlyArray<Scope>) => [...ScopeCatalogue.closure(provider, scopes)].toSorted()
    assert.deepStrictEqual(closure(manageMail), [manageMail, writeMail, readMail].toSorted())
    assert.deepStrictEqual(closure(talk), [chat, talk].toSorted())
    assert.deepStrictEqual(closure(readMail), [readMail])
    assert.deepStrictEqual(closure(unheardOf), [unheardOf])
    assert.deepStrictEqual(closure(), [])
  })

  it("serves a feature whose scopes are implied, or go by another name", () => {
    const all = provider.features.map(({ id }) => id)
    const served = (...scopes: ReadonlyArray<Scope>) => ScopeCatalogue.servedFeatures(provider, all, scopes)
    assert.deepStrictEqual(served(manageMail), [FeatureId.make("mail.show"), FeatureId.make("mail.send")])
    assert.deepStrictEqual(served(readFiles), [FeatureId.make("files.show")])
    assert.deepStrictEqual(served(oldFiles), [FeatureId.make("files.show")])
    assert.deepStrictEqual(served(readMail), [FeatureId.make("mail.show")])
  })

  it("serves a feature without scopes as soon as the account is connected", () => {
    const bare = microsoftLike({ features: [{ id: FeatureId.make("pages.read"), title: "Pages", scopes: [] }] })
    const ids = [FeatureId.make("pages.read")]
    assert.deepStrictEqual(ScopeCatalogue.servedFeatures(bare, ids, []), ids)
  })
})

describe("compareGrant, of a provider that spells scopes as it likes", () => {
  it("grants what comes back in any spelling", () => {
    const returned = spelled(`${prefix}MAIL.READ`, "user.read")
    assert.deepStrictEqual(granted(returned, [user, readMail]), {
      granted: [readMail, user],
      denied: [],
      surplus: []
    })
  })

  it("grants what was asked for and the provider never lists", () => {
    const answer = granted([user], [openid, offline, user, readMail])
    assert.sameMembers([...answer.granted], [openid, offline, user])
    assert.deepStrictEqual(answer.denied, [readMail])
  })

  it("grants nothing unlisted that was not asked for", () => {
    assert.deepStrictEqual(granted([user], [openid, user]).granted, [user, openid])
    assert.deepStrictEqual(granted([], [user]), { granted: [], denied: [user], surplus: [] })
  })

  it("does not call denied what a granted scope implies", () => {
    const answer = granted([manageMail], [manageMail, writeMail, readMail])
    assert.sameMembers([...answer.granted], [manageMail, writeMail, readMail])
    assert.deepStrictEqual(answer.denied, [])
  })

  it("takes a scope that another one asked for implies for no escalation", () => {
    assert.deepStrictEqual(granted([writeMail, readMail], [writeMail]).surplus, [])
    assert.deepStrictEqual(granted([readMail], [manageMail]), {
      granted: [readMail],
      denied: [manageMail],
      surplus: []
    })
  })

  it("refuses a scope that implies what was asked for, and more", () => {
    assert.deepStrictEqual(escalated([writeMail], [readMail]), [writeMail])
    assert.deepStrictEqual(escalated(spelled(`${prefix}mail.readwrite`), [readMail]), [writeMail])
  })

  it("grants, of a surplus that the provider may return, what was asked for alone", () => {
    const always = microsoftLike({ returnsEarlierConsents: "always" })
    assert.deepStrictEqual(granted([writeMail], [readMail], { by: always }), {
      granted: [readMail],
      denied: [],
      surplus: [writeMail]
    })
  })

  it("refuses an unknown scope whatever its spelling, and leaves it as it came", () => {
    const always = microsoftLike({ returnsEarlierConsents: "always" })
    assert.deepStrictEqual(escalated(spelled(`${prefix}Directory.Write`), [user], { by: always }), [
      Scope.make(`${prefix}Directory.Write`)
    ])
  })

  it("counts an earlier consent to a scope as one to what it implies", () => {
    assert.deepStrictEqual(granted([user, readMail], [user], { before: [writeMail] }), {
      granted: [user, readMail],
      denied: [writeMail],
      surplus: []
    })
  })
})

describe("compareRefresh", () => {
  const before = { granted: [openid, offline, user, manageMail, readMail], surplus: [readFiles] }
  const refreshed = (returned: ReadonlyArray<Scope> | "absent", held = before, by = provider) =>
    compareRefresh(by, held, returned === "absent" ? Option.none() : Option.some(returned))

  it("leaves the grant as it is where no scopes come back", () => {
    assert.deepStrictEqual(refreshed("absent"), { ...before, escalated: [] })
  })

  it("leaves the grant as it is where the same comes back, in any spelling and without what is implied or unlisted", () => {
    assert.deepStrictEqual(refreshed(spelled("USER.read", `${prefix}mail.manage`)), { ...before, escalated: [] })
  })

  it("narrows the grant to what came back, and to what that implies", () => {
    assert.deepStrictEqual(refreshed([user, writeMail]).granted, [openid, offline, user, readMail])
    assert.deepStrictEqual(refreshed([user]).granted, [openid, offline, user])
    assert.deepStrictEqual(refreshed([]).granted, [openid, offline])
  })

  it("adds nothing to a grant, and says when more came back than it and its surplus hold", () => {
    assert.deepStrictEqual(refreshed([...before.granted, readFiles]), { ...before, escalated: [] })
    assert.deepStrictEqual(refreshed([...before.granted, chat]), { ...before, escalated: [chat] })
    assert.deepStrictEqual(refreshed([...before.granted, writeMail]), { ...before, escalated: [] })
    assert.deepStrictEqual(refreshed([unheardOf]).escalated, [unheardOf])
  })

  it("adds nothing unlisted that was not granted", () => {
    assert.deepStrictEqual(refreshed([user], { granted: [user], surplus: [] }), {
      granted: [user],
      surplus: [],
      escalated: []
    })
  })

  it("finds a scope again that the plugin came to call otherwise since it was granted", () => {
    assert.deepStrictEqual(refreshed([oldFiles, user], { granted: [user, oldFiles], surplus: [] }), {
      granted: [user, readFiles],
      surplus: [],
      escalated: []
    })
  })
})
