import { AuditChain, AuditTrail, type AuditVerification } from "@oauth-manager/application"
import {
  AddressHash,
  AuditCheckpoints,
  AuditSealer,
  PostgresAuditChain,
  PostgresAuditRecords,
  PostgresAuditTrail,
  SigningKey
} from "@oauth-manager/audit"
import type { AuditEvent, UserScope } from "@oauth-manager/domain"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "../postgres/TestDatabase.ts"

/** Where the checkpoints are, outside the database, and the key that signs them. */
export class Vantage extends Context.Service<
  Vantage,
  { readonly file: string; readonly seed: Redacted.Redacted<Uint8Array>; readonly key: SigningKey.SigningKey }
>()("@oauth-manager/test/security/AuditedDatabase/Vantage") {
  static readonly layer = Layer.effect(
    this,
    Effect.acquireRelease(
      Effect.sync(() => {
        const seed = Redacted.make(new Uint8Array(randomBytes(32)))
        const folder = mkdtempSync(join(tmpdir(), "oauth-manager-audit-"))
        return { folder, file: join(folder, "checkpoints.jsonl"), seed, key: SigningKey.fromSeed(seed) }
      }),
      ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
  )
}

/** A database with a trail that is sealed, signed and verified when a test says so. */
export const layer = Layer.unwrap(
  Effect.map(Vantage, ({ file, key, seed }) =>
    Layer.mergeAll(
      PostgresAuditTrail.layer.pipe(Layer.provide(Layer.succeed(AddressHash.AddressHash, AddressHash.keyed(seed)))),
      AuditCheckpoints.layerNoDeps({ key, file }),
      PostgresAuditChain.layer({ keys: [key.verification], file: Option.some(file) }),
      PostgresAuditRecords.layer
    )
  )
).pipe(Layer.provideMerge(AuditSealer.layerNoDeps), Layer.provideMerge(portsLayer), Layer.provideMerge(Vantage.layer))

/** Events with something in each of their columns. */
export const someEvents = (count: number, about: UserScope = aScope()): ReadonlyArray<AuditEvent> =>
  Array.from({ length: count }, (_, index) =>
    anAuditEvent(about, {
      reason: "scopes_narrowed",
      purpose: `purpose ${index}`,
      generation: index,
      actor: { scope: about, role: "service", client: "worker", address: `192.0.2.${index % 256}` }
    })
  )

export const record = (count: number) =>
  Effect.gen(function* () {
    const audit = yield* AuditTrail
    const about = aScope()
    for (let left = count; left > 0; left -= 1000) yield* audit.record(...someEvents(Math.min(left, 1000), about))
  })

export const seal = AuditSealer.use(({ drain }) => drain)

export const checkpoint = AuditCheckpoints.use((checkpoints) => checkpoints.checkpoint)

export const verify: Effect.Effect<AuditVerification, unknown, AuditChain> = AuditChain.use((chain) =>
  chain.verify({}, 20_000)
)

const tables = ["audit_events", "audit_seals"]

const asOwner = Effect.fnUntraced(function* (statements: ReadonlyArray<string>) {
  const { superuser } = yield* TestDatabase
  const all = ["SET LOCAL search_path TO oauth_manager", ...statements]
  yield* superuser.withTransaction(Effect.forEach(all, (statement) => superuser.unsafe(statement), { discard: true }))
})

const keep = asOwner(
  tables.flatMap((table) => [
    `DROP TABLE IF EXISTS public.${table}_before`,
    `CREATE TABLE public.${table}_before AS TABLE ${table}`
  ])
)

const restore = asOwner([
  `TRUNCATE ${tables.join(", ")}`,
  ...tables.map((table) => `INSERT INTO ${table} OVERRIDING SYSTEM VALUE TABLE public.${table}_before`)
])

/** What whoever owns the database does to it, undone when it has been looked at. */
export const tampered = <A, E, R>(statements: ReadonlyArray<string>, look: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    keep,
    () => Effect.andThen(asOwner(statements), look),
    () => Effect.orDie(restore)
  )
