import { Freshness } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Option, Schema } from "effect"
import { runs, seed } from "./Seed.ts"

const noon = DateTime.makeUnsafe("2026-11-23T12:00:00Z")
const after = (seconds: number) => DateTime.addDuration(noon, Duration.seconds(seconds))
const living = (seconds: number) => ({ obtainedAt: noon, expiresAt: Option.some(after(seconds)) })
const endless = { obtainedAt: noon, expiresAt: Option.none<DateTime.Utc>() }
const seconds = (duration: Duration.Duration) => Duration.toMillis(duration) / 1000
const defaultMinTtl = (token: typeof endless) => seconds(Freshness.effectiveMinTtl(token, Option.none()))
const asked = (token: typeof endless, minTtl: number) =>
  seconds(Freshness.effectiveMinTtl(token, Option.some(Duration.seconds(minTtl))))

describe(`Freshness (seed ${seed})`, () => {
  it("wants 60 seconds of a token by default", () => {
    assert.strictEqual(defaultMinTtl(living(3600)), 60)
    assert.strictEqual(defaultMinTtl(living(600)), 60)
    assert.strictEqual(defaultMinTtl(endless), 60)
  })

  it("wants a tenth of a lifetime under ten minutes by default", () => {
    assert.strictEqual(defaultMinTtl(living(599)), 59.9)
    assert.strictEqual(defaultMinTtl(living(300)), 30)
    assert.strictEqual(defaultMinTtl(living(10)), 1)
    assert.strictEqual(defaultMinTtl(living(0)), 0)
  })

  it("takes what is asked, up to an hour", () => {
    assert.strictEqual(asked(living(300), 200), 200)
    assert.strictEqual(asked(living(7200), 3600), 3600)
    assert.strictEqual(asked(living(7200), 3601), 3600)
    assert.strictEqual(asked(living(300), 0), 0)
  })

  it("counts a token that was over when it came as one that never lived", () => {
    assert.deepStrictEqual(Option.map(Freshness.lifetime(living(-5)), seconds), Option.some(0))
    assert.strictEqual(defaultMinTtl(living(-5)), 0)
    assert.isTrue(Freshness.hasExpired(living(-5), noon))
  })

  it("ends a token at its very last moment", () => {
    assert.isFalse(Freshness.hasExpired(living(60), after(59.999)))
    assert.isTrue(Freshness.hasExpired(living(60), after(60)))
    assert.isTrue(Freshness.hasExpired(living(60), after(61)))
  })

  it("renews a token that lives no longer than the minimum from now", () => {
    const minimum = Duration.seconds(60)
    assert.isFalse(Freshness.needsRefresh(living(3600), after(3539.999), minimum))
    assert.isTrue(Freshness.needsRefresh(living(3600), after(3540), minimum))
    assert.isTrue(Freshness.needsRefresh(living(3600), after(4000), minimum))
  })

  it("never renews, nor ends, a token whose end the provider does not tell", () => {
    const later = DateTime.add(noon, { days: 3650 })
    assert.isFalse(Freshness.needsRefresh(endless, later, Duration.hours(1)))
    assert.isFalse(Freshness.hasExpired(endless, later))
    assert.isFalse(Freshness.livesShorterThan(endless, Duration.hours(1)))
    assert.isTrue(Option.isNone(Freshness.lifetime(endless)))
    assert.isTrue(Option.isNone(Freshness.nextRefreshAt(endless)))
  })

  it("tells when no token of its lifetime can meet a minimum", () => {
    assert.isTrue(Freshness.livesShorterThan(living(300), Duration.seconds(300)))
    assert.isFalse(Freshness.livesShorterThan(living(300.001), Duration.seconds(300)))
  })

  it("foresees the next refresh at the default minimum before the end", () => {
    assert.deepStrictEqual(Freshness.nextRefreshAt(living(3600)), Option.some(after(3540)))
    assert.deepStrictEqual(Freshness.nextRefreshAt(living(300)), Option.some(after(270)))
  })

  it("counts what is left until an end, and never less than nothing", () => {
    const left = (now: DateTime.Utc) => Option.map(Freshness.remaining(Option.some(after(60)), now), seconds)
    assert.deepStrictEqual(left(after(45)), Option.some(15))
    assert.deepStrictEqual(left(after(60)), Option.some(0))
    assert.deepStrictEqual(left(after(61)), Option.some(0))
    assert.deepStrictEqual(Freshness.remaining(Option.none(), noon), Option.none())
  })

  const anySeconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))

  it.prop(
    "never wants by default more than a tenth of the lifetime, nor more than 60 seconds",
    [anySeconds],
    ([lifetime]) => {
      const wanted = defaultMinTtl(living(lifetime))
      assert.isAtMost(wanted, 60)
      assert.closeTo(wanted, Math.min(60, lifetime / 10), 0.001)
    },
    runs(1000)
  )

  it.prop(
    "finds a fresh token good for any minimum that its lifetime can meet",
    [anySeconds, anySeconds],
    ([lifetime, wanted]) => {
      const minTtl = Freshness.effectiveMinTtl(living(lifetime), Option.some(Duration.seconds(wanted)))
      assert.isAtMost(seconds(minTtl), 3600)
      assert.strictEqual(
        Freshness.needsRefresh(living(lifetime), noon, minTtl),
        Freshness.livesShorterThan(living(lifetime), minTtl)
      )
    },
    runs(1000)
  )
})
