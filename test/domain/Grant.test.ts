import { compareGrant, type Provider, type Scope } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import {
  email,
  emailAlias,
  googleLike,
  openid,
  readCalendar,
  readMail,
  unheardOf,
  writeCalendar
} from "./GoogleLike.ts"

const never = googleLike()
const incremental = googleLike({ returnsEarlierConsents: "incremental" })
const always = googleLike({ returnsEarlierConsents: "always" })

const compare = (
  provider: Provider,
  returned: ReadonlyArray<Scope> | "absent",
  grant: {
    readonly requested?: ReadonlyArray<Scope>
    readonly before?: ReadonlyArray<Scope>
    readonly incremental?: boolean
  } = {}
) =>
  compareGrant(provider, {
    requested: grant.requested ?? [openid, email, readCalendar],
    consentedBefore: grant.before ?? [],
    incremental: grant.incremental ?? false,
    returned: returned === "absent" ? Option.none() : Option.some(returned)
  })

const granted = (...args: Parameters<typeof compare>) => Result.getOrThrow(compare(...args))
const escalated = (...args: Parameters<typeof compare>) => Result.getOrThrow(Result.flip(compare(...args)))

describe("compareGrant", () => {
  it("takes an absent scope for all that was asked (RFC 6749 §5.1)", () => {
    assert.deepStrictEqual(granted(never, "absent"), {
      granted: [openid, email, readCalendar],
      denied: [],
      surplus: []
    })
  })

  it("grants all that was asked, in whatever order, spelling and number it comes back", () => {
    for (const returned of [
      [readCalendar, email, openid],
      [emailAlias, openid, readCalendar],
      [openid, openid, email, emailAlias, readCalendar, email]
    ]) {
      const grant = granted(never, returned)
      assert.sameMembers([...grant.granted], [openid, email, readCalendar])
      assert.deepInclude(grant, { denied: [], surplus: [] })
    }
  })

  it("records as denied what was asked and not granted", () => {
    assert.deepStrictEqual(granted(never, [openid]), { granted: [openid], denied: [email, readCalendar], surplus: [] })
  })

  it("grants nothing when the provider says that it granted nothing", () => {
    assert.deepStrictEqual(granted(never, []), { granted: [], denied: [openid, email, readCalendar], surplus: [] })
  })

  it("refuses a scope that nobody asked for, and names it in catalogue spelling", () => {
    const refused = escalated(never, [openid, readMail, email, unheardOf])
    assert.strictEqual(refused._tag, "ScopeEscalation")
    assert.deepInclude(refused, { provider: "google-like", scopes: [readMail, unheardOf] })
  })

  it("grants a scope that the user consented to before for the same integration", () => {
    const grant = granted(never, [openid, email, readCalendar, writeCalendar], { before: [writeCalendar, emailAlias] })
    assert.deepStrictEqual(grant, { granted: [openid, email, readCalendar, writeCalendar], denied: [], surplus: [] })
  })

  it("records as denied what was granted before and no longer is", () => {
    assert.deepStrictEqual(granted(never, "absent", { before: [readMail] }).denied, [readMail])
  })

  it("holds an earlier consent as surplus where the provider returns those, and grants nothing of it", () => {
    const returned = [openid, email, readCalendar, readMail]
    const expected = { granted: [openid, email, readCalendar], denied: [], surplus: [readMail] }
    assert.deepStrictEqual(granted(always, returned), expected)
    assert.deepStrictEqual(granted(incremental, returned, { incremental: true }), expected)
  })

  it("holds no surplus where the provider returns it only for an incremental authorization and this was none", () => {
    assert.deepStrictEqual(escalated(incremental, [openid, readMail]).scopes, [readMail])
  })

  it("holds no surplus at a provider that returns none, incremental or not", () => {
    assert.deepStrictEqual(escalated(never, [openid, readMail], { incremental: true }).scopes, [readMail])
  })

  it("refuses a surplus outside of the catalogue, even where earlier consents are returned", () => {
    assert.deepStrictEqual(escalated(always, [readMail, unheardOf]).scopes, [unheardOf])
    assert.deepStrictEqual(escalated(incremental, [unheardOf], { incremental: true }).scopes, [unheardOf])
  })
})
