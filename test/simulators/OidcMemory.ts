import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider"

interface Entry {
  readonly model: string
  readonly id: string
  readonly payload: AdapterPayload
}

/** What oidc-provider keeps, for as long as one test runs: nothing expires. */
export const make = (): AdapterFactory => {
  const entries = new Map<string, Entry>()
  const findBy = (matches: (entry: Entry) => boolean): AdapterPayload | undefined =>
    [...entries.values()].find(matches)?.payload

  return (model): Adapter => ({
    upsert: async (id, payload) => void entries.set(`${model}:${id}`, { model, id, payload }),
    find: async (id) => entries.get(`${model}:${id}`)?.payload,
    findByUid: async (uid) => findBy((entry) => entry.model === model && entry.payload.uid === uid),
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const payload = entries.get(`${model}:${id}`)?.payload
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => void entries.delete(`${model}:${id}`),
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
    }
  })
}
