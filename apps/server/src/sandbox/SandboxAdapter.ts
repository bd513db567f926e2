import type { Clock } from "effect"
import { createHash } from "node:crypto"
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from "oidc-provider"
import type { SandboxEntry } from "./SandboxState.ts"

/** What must outlive a restart; a consent page or an unredeemed code is simply begun again. */
export const isDurable = (entry: SandboxEntry): boolean =>
  ["Grant", "RefreshToken", "AccessToken", "Session"].includes(entry.model)

const sweepEveryMillis = 60_000

/**
 * oidc-provider's storage over one map. Entries are keyed by a SHA-256 of their id, because the id of a token or a
 * session is the secret itself. `persist` is awaited after each change of a durable entry.
 */
export const make = (options: {
  readonly entries: Map<string, SandboxEntry>
  readonly clock: Clock.Clock
  readonly persist: () => Promise<void>
}): AdapterFactory => {
  const { clock, entries, persist } = options
  let sweptAt = clock.currentTimeMillisUnsafe()

  const isLive = (entry: SandboxEntry) =>
    entry.expiresAt === undefined || entry.expiresAt > clock.currentTimeMillisUnsafe()

  const sweep = () => {
    const now = clock.currentTimeMillisUnsafe()
    if (now - sweptAt < sweepEveryMillis) return
    sweptAt = now
    for (const [key, entry] of entries) if (!isLive(entry)) entries.delete(key)
  }

  const changed = async (...touched: ReadonlyArray<SandboxEntry>) => {
    if (touched.some(isDurable)) await persist()
  }

  return (model): Adapter => {
    const keyOf = (id: string) => createHash("sha256").update(`${model}:${id}`).digest("base64url")
    const lookUp = (key: string) => {
      const entry = entries.get(key)
      return entry !== undefined && isLive(entry) ? entry : undefined
    }
    const findWhere = async (member: "uid" | "userCode", value: string): Promise<AdapterPayload | undefined> => {
      for (const entry of entries.values()) {
        if (entry.model === model && entry.payload[member] === value && isLive(entry)) {
          return structuredClone(entry.payload)
        }
      }
      return undefined
    }
    return {
      async upsert(id, { jti: _secret, ...payload }, expiresIn) {
        sweep()
        const entry: SandboxEntry = {
          model,
          key: keyOf(id),
          payload: structuredClone(payload),
          ...(expiresIn === undefined ? {} : { expiresAt: clock.currentTimeMillisUnsafe() + expiresIn * 1000 })
        }
        entries.set(entry.key, entry)
        await changed(entry)
      },
      async find(id) {
        const entry = lookUp(keyOf(id))
        return entry === undefined ? undefined : { ...structuredClone(entry.payload), jti: id }
      },
      findByUid: (uid) => findWhere("uid", uid),
      findByUserCode: (userCode) => findWhere("userCode", userCode),
      async consume(id) {
        const entry = lookUp(keyOf(id))
        // oidc-provider looks and consumes in two steps: of two requests racing with one token, the second is refused here
        if (entry === undefined || entry.payload["consumed"] === true) throw new errors.InvalidGrant("already used")
        const consumed = { ...entry, payload: { ...entry.payload, consumed: true } }
        entries.set(entry.key, consumed)
        await changed(consumed)
      },
      async destroy(id) {
        const entry = entries.get(keyOf(id))
        if (entry === undefined) return
        entries.delete(entry.key)
        await changed(entry)
      },
      async revokeByGrantId(grantId) {
        const revoked = [...entries.values()].filter(
          (entry) => entry.model === model && entry.payload["grantId"] === grantId
        )
        for (const entry of revoked) entries.delete(entry.key)
        await changed(...revoked)
      }
    }
  }
}
