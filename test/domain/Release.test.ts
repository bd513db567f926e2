import { type Holding, Releases, type Scope, type ScopePolicy } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { backup, email, listed, mail, openid, provider, read, readAlias, scopeless, write } from "./PolicySample.ts"

const held = (granted: ReadonlyArray<Scope>, overrides: Partial<Holding> = {}): Holding => ({
  granted,
  consented: granted,
  inUse: granted,
  surplus: [],
  ...overrides
})

const decide = (
  policy: ScopePolicy,
  holding: Holding,
  asked: ReadonlyArray<Scope> = [],
  of: typeof provider = provider
) => Result.merge(Result.mapError(Releases.decide(policy, of, ["service"], holding, asked), (error) => ({ ...error })))

describe("a release", () => {
  const holding = held([openid, email, read])

  it("is of all that is granted, consented to and in use", () => {
    assert.deepStrictEqual(decide({}, holding), [openid, email, read])
    const switchedOff = held([openid, read, mail], { inUse: [openid, read] })
    assert.deepStrictEqual(decide({}, switchedOff, [read]), [openid, read])
  })

  it("needs what is asked for to be granted or implied, in whichever spelling", () => {
    assert.deepStrictEqual(decide({}, holding, [readAlias, listed]), [openid, email, read])
    assert.deepInclude(decide({}, holding, [write, mail]), { _tag: "ScopeNotGranted", missing: [write, mail] })
  })

  it("needs it to be consented to and in use, whatever either alone says", () => {
    const withdrawn = held([openid, read], { consented: [openid] })
    assert.deepInclude(decide({ wider_tokens: "release" }, withdrawn, [read]), { missing: [read] })
    assert.deepStrictEqual(decide({ wider_tokens: "release" }, withdrawn), [openid])
    assert.deepInclude(decide({}, held([openid, read], { inUse: [openid] }), [read]), { missing: [read] })
  })

  it("is refused where nothing of the token is in use, however wide tokens may be", () => {
    const switchedOff = held([openid, mail], { inUse: [] })
    for (const policy of [{}, { wider_tokens: "release" }] satisfies ReadonlyArray<ScopePolicy>)
      assert.deepInclude(decide(policy, switchedOff), { _tag: "ScopeNotGranted", missing: [openid, mail] })
    const withdrawn = held([mail], { consented: [], inUse: [] })
    assert.deepInclude(decide({ wider_tokens: "release" }, withdrawn), { _tag: "ScopeNotGranted", missing: [mail] })
  })

  it("is refused where the policy keeps what is asked for", () => {
    assert.deepInclude(decide({ denied: [listed] }, holding, [openid, read]), {
      _tag: "ScopeNotAllowed",
      provider: provider.id,
      scopes: [read]
    })
  })

  it("is refused where the token can do more than is allowed, unless the policy lets it out", () => {
    const limits: ScopePolicy = { allowed: [listed] }
    assert.deepInclude(decide(limits, holding, [openid]), { _tag: "TokenTooWide", excess: [read] })
    assert.deepStrictEqual(decide({ ...limits, wider_tokens: "release" }, holding, [openid]), [openid, email])
  })

  it("counts as too wide what was not consented to, and surplus beyond the policy", () => {
    const withdrawn = held([openid, read], { consented: [openid] })
    assert.deepInclude(decide({}, withdrawn), { _tag: "TokenTooWide", excess: [read] })
    const surplus = held([openid], { surplus: [mail] })
    assert.deepStrictEqual(decide({}, surplus), [openid])
    assert.deepInclude(decide({ max_sensitivity: "basic" }, surplus), { _tag: "TokenTooWide", excess: [mail] })
  })

  it("lets nothing through that an allowed scope would bring along", () => {
    const limits: ScopePolicy = { max_sensitivity: "basic", wider_tokens: "release" }
    const wide = held([openid, backup])
    assert.deepInclude(decide(limits, wide, [mail]), { _tag: "ScopeNotAllowed", scopes: [mail] })
    assert.deepStrictEqual(decide(limits, wide), [openid])
  })

  it("is refused where nothing of it is allowed, however wide tokens may be", () => {
    const denied: ScopePolicy = { denied: [openid, email, listed], wider_tokens: "release" }
    assert.deepInclude(decide(denied, holding), { _tag: "ScopeNotAllowed", scopes: [openid, email, read] })
    assert.deepInclude(decide({ allowed: [], wider_tokens: "release" }, holding), { _tag: "ScopeNotAllowed" })
  })

  it("is refused at a provider without scopes where nothing is allowed", () => {
    assert.deepStrictEqual(decide({}, held([]), [], scopeless), [])
    assert.deepStrictEqual(decide({ max_sensitivity: "basic" }, held([]), [], scopeless), [])
    assert.deepInclude(decide({ allowed: [] }, held([]), [], scopeless), { _tag: "ScopeNotAllowed", scopes: [] })
    const forUsers: ScopePolicy = { by_role: { user: { allowed: [] } } }
    assert.deepStrictEqual(decide(forUsers, held([]), [], scopeless), [])
  })
})
