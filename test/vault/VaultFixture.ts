import {
  DataKeyRepository,
  KeyRepository,
  type SealingContext,
  TokenVault,
  type WrappedDataKey
} from "@oauth-manager/application"
import { TenantId, UserId, type UserScope } from "@oauth-manager/domain"
import { EnvelopeTokenVault, Keyring } from "@oauth-manager/vault"
import { DateTime, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { createSecretKey, randomBytes } from "node:crypto"

export const scope = (tenant: string, user: string): UserScope => ({
  tenant: TenantId.make(tenant),
  user: UserId.make(user)
})

export const ada = scope("acme", "ada")
export const bob = scope("acme", "bob")

export const context = (change: Partial<SealingContext> = {}): SealingContext => ({
  owner: ada,
  object: "0192f0c1-0000-7000-8000-000000000001",
  field: "access_token",
  generation: 1,
  ...change
})

export const randomKey = (id = "test"): Keyring.KeyEncryptionKey => ({ id, key: createSecretKey(randomBytes(32)) })

/** Rows of data keys that a test can look at, take back as a rolled back transaction does, and move between vaults. */
export class DataKeyRows {
  readonly rows = new Map<string, WrappedDataKey>()
  finds = 0
  inserts = 0
  of(owner: UserScope): WrappedDataKey | undefined {
    return this.rows.get(JSON.stringify([owner.tenant, owner.user]))
  }
  put(owner: UserScope, row: WrappedDataKey): void {
    this.rows.set(JSON.stringify([owner.tenant, owner.user]), row)
  }
  rollBack(): void {
    this.rows.clear()
  }
  readonly find = (owner: UserScope) =>
    Effect.suspend(() => {
      this.finds++
      const row = this.of(owner)
      return Effect.as(Effect.yieldNow, Option.fromUndefinedOr(row))
    })
  readonly layer = Layer.mock(DataKeyRepository, {
    find: this.find,
    findForSealing: this.find,
    insert: (owner, row) =>
      Effect.sync(() => {
        this.inserts++
        const stored = this.of(owner) ?? row
        this.put(owner, stored)
        return stored
      })
  })
}

/** A deployment that knows keys of these ids, the first being its primary. */
export const deployment = (...ids: ReadonlyArray<string>) =>
  Layer.mock(KeyRepository, {
    list: Effect.succeed(
      ids.map((id, index) => ({
        id,
        addedAt: DateTime.makeUnsafe(0),
        promotedAt: index === 0 ? Option.some(DateTime.makeUnsafe(0)) : Option.none(),
        isPrimary: index === 0,
        canary: Option.none()
      }))
    )
  })

export const vaultLayer = (rows: DataKeyRows, keys: Keyring.KeyEncryptionKeys) =>
  EnvelopeTokenVault.layer.pipe(
    Layer.provideMerge([rows.layer, deployment(...keys.map(({ id }) => id)), Keyring.layer({ keys })])
  )

/** A vault of its own: as after a restart, its caches are empty. */
export const startVault = Effect.fnUntraced(function* (
  rows: DataKeyRows,
  keys: Keyring.KeyEncryptionKeys
): Effect.fn.Return<TokenVault["Service"], never, Scope.Scope> {
  const services = yield* Layer.build(Layer.fresh(vaultLayer(rows, keys)))
  return yield* Effect.provide(TokenVault, services)
})

export const secret = (value: string) => Redacted.make(value)
