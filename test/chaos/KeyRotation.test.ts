import { assert, layer } from "@effect/vitest"
import { KeyringFile, KeyringFileEdit } from "@oauth-manager/vault"
import { Effect, Layer, Random, Redacted } from "effect"
import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { persistence } from "../contract/Contract.ts"
import { portsLayer, TestDatabase } from "../postgres/TestDatabase.ts"
import { PostgresAuditTrail } from "@oauth-manager/audit"
import { folder } from "../vault/KeyFolder.ts"
import { effort, seed } from "./Effort.ts"
import { type KeyWorker, keyWorkers } from "./KeyWorkers.ts"
import { bundleOf } from "./WorkerBundle.ts"

const rotations = effort(2, 20)

const ports = PostgresAuditTrail.layer.pipe(Layer.provideMerge(portsLayer))

const until = Effect.fnUntraced(function* <E, R>(what: string, condition: Effect.Effect<boolean, E, R>) {
  const begun = performance.now()
  while (!(yield* condition)) {
    if (performance.now() - begun > 60_000) assert.fail(`not within a minute: ${what}`)
    yield* Effect.sleep("20 millis")
  }
})

/** Kills one of the workers, or none, and starts it again. */
const strike = (workers: ReadonlyArray<KeyWorker>) =>
  Effect.flatMap(Random.nextIntBetween(0, workers.length + 1), (index) =>
    Effect.promise(async () => workers[index]?.kill())
  )

const holds = (workers: ReadonlyArray<KeyWorker>, keyId: string, expected: boolean) =>
  Effect.sync(() => workers.every(({ keyIds }) => keyIds.length > 0 && keyIds.includes(keyId) === expected))

layer(ports, { excludeTestServices: true })("keys that are rotated on three processes", (it) => {
  it.effect(
    `row 36: fail no read in ${rotations} rotations with mixed keyrings and kills`,
    () =>
      Effect.gen(function* () {
        const { url } = yield* TestDatabase
        const { dataKeys, keys, rotation } = yield* persistence
        const path = yield* folder
        const files = ["first", "second", "third"].map((name) => join(path, name))
        const [leader = "", ...followers] = files
        let [{ id: current }] = yield* KeyringFile.loadOrCreate(leader)
        for (const follower of followers) copyFileSync(leader, follower)
        const script = yield* bundleOf("KeyWorker")
        const settings = files.map((keyring) => ({ databaseUrl: Redacted.value(url), keyring }))
        const workers = yield* keyWorkers(script, settings)

        for (let round = 0; round < rotations; round++) {
          // Added at the end on one server after the other, and rolled out before it is promoted
          const next = yield* KeyringFileEdit.add(leader)
          const line = readFileSync(leader, "utf8").trimEnd().split("\n").at(-1)
          for (const follower of followers) {
            yield* strike(workers)
            writeFileSync(follower, `${readFileSync(follower, "utf8").trimEnd()}\n${line}\n`)
          }
          yield* until("the key is everywhere", holds(workers, next, true))
          yield* strike(workers)

          // One server says so; the others have the old key first, and must not go back to it
          yield* KeyringFileEdit.promote(leader, next)
          const isPrimary = Effect.map(keys.list, (known) =>
            known.some(({ id, isPrimary }) => id === next && isPrimary)
          )
          yield* until("the key is promoted", isPrimary)
          if (round % 2 === 0) yield* rotation.request
          yield* strike(workers)
          yield* until(
            "nothing is left to replace",
            Effect.map(rotation.remainingAcrossUsers, (left) => left === 0)
          )
          yield* strike(workers)
          yield* until(
            "the old key is retired",
            keys.retire(current).pipe(
              Effect.as(true),
              Effect.catchTag("KeyInUse", () => Effect.succeed(false))
            )
          )
          for (const file of files) {
            yield* KeyringFileEdit.promote(file, next)
            yield* KeyringFileEdit.retire(file, current)
            yield* strike(workers)
          }
          yield* until("the old key is gone everywhere", holds(workers, current, false))
          current = next
        }

        yield* until(
          "all is under one key",
          Effect.map(dataKeys.countAcrossUsers, (used) => used.size === 1)
        )
        yield* Effect.promise(() => Promise.all(workers.map((worker) => worker.stop())))
        const sum = (of: "reads" | "seals" | "replaced" | "kills") =>
          workers.reduce((total, { totals }) => total + totals[of], 0)
        const failures = workers.flatMap((worker) => worker.failures)
        console.log(
          `KeyRotation: ${rotations} rotations, ${sum("kills")} kills, ${sum("reads")} reads, ${sum("seals")} seals, `
            + `${sum("replaced")} data keys replaced, ${failures.length} failures (seed ${seed})`
        )
        assert.deepStrictEqual(failures, [])
        assert.isAbove(sum("reads"), 100 * rotations)
        assert.isAbove(sum("replaced"), 0)
      }).pipe(Random.withSeed(seed)),
    effort(120_000, 1_200_000)
  )
})
