import type { JournalEntry } from "@oauth-manager/application"
import { IntegrationId, Sealed, TenantId, UserId } from "@oauth-manager/domain"
import { DateTime } from "effect"
import { createHash } from "node:crypto"

const hash = (text: string): Buffer => createHash("sha256").update(text).digest()

const uuidOf = (digest: Buffer): string =>
  `${digest.toString("hex", 0, 4)}-${digest.toString("hex", 4, 6)}-7${digest.toString("hex", 6, 8).slice(1)}`
  + `-8${digest.toString("hex", 8, 10).slice(1)}-${digest.toString("hex", 10, 16)}`

/** The entry of a name, which another process can tell to be the same; `size` is that of its answer. */
export const entryOf = (name: string, size = 512): JournalEntry => ({
  owner: { tenant: TenantId.make("tenant"), user: UserId.make(name) },
  integrationId: IntegrationId.make(uuidOf(hash(name))),
  generation: 1,
  answeredAt: DateTime.makeUnsafe(0),
  answer: Sealed.make(new Uint8Array(size).fill(hash(name)[0] ?? 0))
})
