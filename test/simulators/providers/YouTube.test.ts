import { assert, describe } from "@effect/vitest"
import { ada, type GoogleAccount } from "./google/GoogleAccount.ts"
import { type Google, start } from "./google/Google.ts"
import { get, productOf, withDouble } from "./Product.ts"

const test = withDouble(start)
const api = (name: string) => `https://www.googleapis.com/auth/${name}`

const brands: GoogleAccount = {
  ...ada,
  channels: [
    { id: "UCown", title: "Ada" },
    { id: "UCbrand", title: "Analytical Engines" }
  ]
}
const childless: GoogleAccount = { ...ada, sub: "999", channels: [] }

const connect = async (
  google: Google,
  account: GoogleAccount,
  { channel, prompt, scope = api("youtube.readonly") }: { channel?: string; prompt?: string; scope?: string } = {}
) => {
  const product = productOf(google, "youtube")
  const choice = { account, ...(channel === undefined ? {} : { channel }) }
  const callback = await google.consent(product.authorizationUrl({ scope, prompt, access_type: "offline" }), choice)
  const code = callback.searchParams.get("code") ?? ""
  const redirect_uri = product.redirectUri
  const answer = await product.token({ grant_type: "authorization_code", code, redirect_uri })
  return { access: String(answer.body.access_token), product }
}

const channels = (google: Google, access: string, query = "part=id,snippet&mine=true") =>
  get(`${google.origin}/youtube/v3/channels?${query}`, access)

describe("YouTube's double", () => {
  test("tells the channel that was picked, with the parts that were asked for", async (google) => {
    const { access } = await connect(google, brands, { channel: "UCbrand", prompt: "consent select_account" })
    const { body, status } = await channels(google, access)
    assert.strictEqual(status, 200)
    assert.strictEqual(body.kind, "youtube#channelListResponse")
    assert.strictEqual(body.items.length, 1)
    assert.strictEqual(body.items[0].id, "UCbrand")
    assert.strictEqual(body.items[0].snippet.title, "Analytical Engines")
    assert.notProperty((await channels(google, access, "part=id&mine=true")).body.items[0], "snippet")
  })

  test("connects several channels of one account, and may skip the picker where none is to be selected", async (google) => {
    const idOf = async (channel: string, prompt: string) => {
      const { access } = await connect(google, brands, { channel, prompt })
      return (await channels(google, access)).body.items[0].id
    }
    assert.strictEqual(await idOf("UCown", "consent select_account"), "UCown")
    assert.strictEqual(await idOf("UCbrand", "consent select_account"), "UCbrand")
    assert.strictEqual(await idOf("UCown", "consent"), "UCbrand")
  })

  test("says in each of three ways that there is no channel", async (google) => {
    const { access } = await connect(google, childless)
    assert.notProperty((await channels(google, access)).body, "items")
    google.withoutChannel = "empty_items"
    assert.deepStrictEqual((await channels(google, access)).body.items, [])
    google.withoutChannel = "signup_required"
    const { body, status } = await channels(google, access)
    assert.strictEqual(status, 401)
    assert.deepInclude(body.error.errors[0], { domain: "youtube.header", reason: "youtubeSignupRequired" })
  })

  test("wants a scope that reads: uploading and statistics are not enough", async (google) => {
    for (const name of ["youtube.upload", "yt-analytics.readonly"]) {
      const { access } = await connect(google, ada, { scope: api(name) })
      const { body, status } = await channels(google, access)
      assert.strictEqual(status, 403)
      assert.strictEqual(body.error.errors[0].reason, "insufficientPermissions")
    }
    const { access } = await connect(google, ada, { scope: api("youtube.force-ssl") })
    assert.strictEqual((await channels(google, access)).status, 200)
  })

  test("wants to be told which parts of which channels, and by whom", async (google) => {
    const { access } = await connect(google, ada)
    assert.strictEqual((await channels(google, access, "mine=true")).status, 400)
    assert.strictEqual((await channels(google, access, "part=id")).status, 400)
    const { body, status } = await channels(google, "ya29.unknown")
    assert.strictEqual(status, 401)
    assert.strictEqual(body.error.errors[0].reason, "authError")
  })
})
