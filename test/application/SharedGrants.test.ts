import type { RegisteredProvider } from "@oauth-manager/application"
import type { ProviderDefinition } from "@oauth-manager/provider-sdk"
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { sharing as providersSharing } from "../../packages/application/src/disconnect/SharedGrants.ts"
import { variant } from "./Providers.ts"
import { mail, videos } from "./SharedGrant.ts"

const withClient = (registered: RegisteredProvider, clientId: string): RegisteredProvider => ({
  ...registered,
  credentials: Option.some({ clientId })
})

const withDefinition = (
  registered: RegisteredProvider,
  overrides: Partial<ProviderDefinition>
): RegisteredProvider => ({
  ...registered,
  definition: { ...registered.definition, ...overrides }
})

const without = (registered: RegisteredProvider): RegisteredProvider => ({ ...registered, credentials: Option.none() })

const sharing = (...args: Parameters<typeof providersSharing>): ReadonlyArray<string> => providersSharing(...args)

describe("Providers whose integrations of one person end together", () => {
  it("are those of one group with one client", () => {
    assert.deepStrictEqual(sharing(mail, [mail, videos]), ["mail", "videos"])
    assert.deepStrictEqual(sharing(videos, [mail, videos]), ["mail", "videos"])
  })

  it("are those of one group with clients of one project", () => {
    const [one, other] = [withClient(mail, "1234-mail.test"), withClient(videos, "1234-videos.test")]
    assert.deepStrictEqual(sharing(one, [one, other]), ["mail", "videos"])
  })

  it("are not those with clients of several projects", () => {
    const [one, other] = [withClient(mail, "1234-mail.test"), withClient(videos, "12345-videos.test")]
    assert.deepStrictEqual(sharing(one, [one, other]), ["mail"])
    assert.deepStrictEqual(sharing(other, [one, other]), ["videos"])
  })

  it("are those with the very same client where it names no project", () => {
    const [one, other] = [withClient(mail, "client"), withClient(videos, "another")]
    assert.deepStrictEqual(sharing(one, [one, other]), ["mail"])
    assert.deepStrictEqual(sharing(one, [one, withClient(videos, "client")]), ["mail", "videos"])
    const group = { sharedGrant: { group: "family" } }
    const [bare, again] = [
      withDefinition(withClient(mail, "1234-mail"), group),
      withDefinition(withClient(videos, "1234-videos"), group)
    ]
    assert.deepStrictEqual(sharing(bare, [bare, again]), ["mail"])
  })

  it("are not those of another group, nor those that the deployment has no credentials for", () => {
    const stranger = withDefinition(videos, { sharedGrant: { group: "other" } })
    assert.deepStrictEqual(sharing(mail, [mail, stranger]), ["mail"])
    assert.deepStrictEqual(sharing(mail, [mail, without(videos)]), ["mail"])
    assert.deepStrictEqual(sharing(without(mail), [without(mail), videos]), ["mail"])
  })

  it("are its own alone where revoking ends all that the person granted, and no plugin shares that", () => {
    const alone = variant("alone", { revocation: { kind: "rfc7009", reach: "grant" } })
    assert.deepStrictEqual(sharing(alone, [alone, mail, videos]), ["alone"])
  })

  it("are none where a token ends alone, or nothing can be revoked", () => {
    const revocations = [{ kind: "rfc7009", reach: "token" }, { kind: "unsupported" }] as const
    for (const revocation of revocations) {
      const registered = withDefinition(mail, { revocation })
      assert.deepStrictEqual(sharing(registered, [registered, videos]), [])
    }
  })
})
