import { type AuditLine, AuditTrail, HoldsAnswer, RepositoryUnavailable } from "@oauth-manager/application"
import {
  AuditGate,
  type AuditSink,
  AuditSinks,
  FileSink,
  OtlpSink,
  PostgresAuditRecords,
  PostgresAuditTrail,
  SinkFailed
} from "@oauth-manager/audit"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { once } from "node:events"
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import * as Audited from "../security/AuditedDatabase.ts"
import { TestDatabase } from "./TestDatabase.ts"

/** Takes what it gets, until told not to. */
class Recording {
  readonly taken: Array<AuditLine> = []
  isBroken = false
  readonly sink: AuditSink = {
    name: "recording",
    write: (lines) =>
      this.isBroken
        ? Effect.fail(new SinkFailed({ reason: "full" }))
        : Effect.sync(() => void this.taken.push(...lines))
  }
}

const sinksOf = (...sinks: ReadonlyArray<AuditSink>) =>
  Effect.map(
    Layer.build(
      AuditSinks.layerNoDeps(sinks).pipe(Layer.fresh, Layer.provide(Layer.fresh(PostgresAuditRecords.layer)))
    ),
    (context) => Context.get(context, AuditSinks)
  )

const late = Effect.gen(function* () {
  const { superuser } = yield* TestDatabase
  yield* superuser`UPDATE oauth_manager.audit_seals SET sealed_at = sealed_at - interval '11 seconds'`
})

layer(Audited.layer, { excludeTestServices: true })("AuditSinks", (it) => {
  it.effect("hands on what is sealed, in the order of the chain, from when the sink was named", () =>
    Effect.gen(function* () {
      yield* Audited.record(3)
      yield* Audited.seal
      const recording = new Recording()
      const { deliver } = yield* sinksOf(recording.sink)
      yield* deliver
      assert.lengthOf(recording.taken, 0)
      yield* Audited.record(1200)
      yield* Audited.seal
      yield* deliver
      yield* deliver
      assert.deepStrictEqual(
        recording.taken.map(({ key }) => key),
        Array.from({ length: 1200 }, (_, index) => index + 4)
      )
      const { hash, position } = JSON.parse(recording.taken[0]?.text ?? "")
      assert.deepStrictEqual([position, Buffer.from(hash, "base64url").length], [4, 32])
    })
  )

  it.effect(
    "closes releases and changes, on each server, while an event has waited for 10 seconds, and opens by itself",
    () =>
      Effect.gen(function* () {
        const recording = new Recording()
        const here = yield* sinksOf(recording.sink)
        const there = yield* sinksOf(recording.sink)
        const trail = yield* Effect.map(
          Layer.build(
            PostgresAuditTrail.layer.pipe(
              Layer.fresh,
              Layer.provide(Layer.succeed(AuditGate, { closedBy: there.closedBy }))
            )
          ),
          (context) => Context.get(context, AuditTrail)
        )
        const event = () => anAuditEvent(aScope())
        recording.isBroken = true
        yield* trail.record(event())
        yield* Audited.seal
        yield* here.deliver
        yield* there.look
        yield* trail.recordAlone(event())
        yield* late
        yield* there.look
        const closed = new RepositoryUnavailable({ operation: "AuditTrail.ready", part: "audit" })
        for (const attempt of [trail.record(event()), trail.recordAlone(event()), trail.ready]) {
          assert.deepStrictEqual(yield* Effect.flip(attempt), closed)
        }
        // A provider has answered: that is not lost to a sink
        yield* Effect.provideService(trail.record(event()), HoldsAnswer, true)
        recording.isBroken = false
        yield* here.deliver
        yield* there.look
        yield* trail.ready
        yield* trail.record(event())
      })
  )

  it.effect("writes lines to a file, durably, and none into what a crash tore", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "oauth-manager-sink-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const sink = FileSink.make(join(folder, "audit.jsonl"))
      yield* sink.write([
        { key: 1, text: '{"position":1}' },
        { key: 2, text: '{"position":2}' }
      ])
      assert.strictEqual(readFileSync(join(folder, "audit.jsonl"), "utf8"), '{"position":1}\n{"position":2}\n')
      appendFileSync(join(folder, "audit.jsonl"), '{"position":3,')
      yield* sink.write([{ key: 3, text: '{"position":3}' }])
      const lines = readFileSync(join(folder, "audit.jsonl"), "utf8").split("\n")
      assert.deepStrictEqual(lines.slice(2), ['{"position":3,', '{"position":3}', ""])
      const refused = yield* Effect.flip(
        FileSink.make(join(folder, "audit.jsonl", "no")).write([{ key: 1, text: "{}" }])
      )
      assert.strictEqual(refused._tag, "SinkFailed")
    })
  )

  it.effect("sends OTLP logs, and takes neither an error nor a refusal of some records for success", () =>
    Effect.gen(function* () {
      const answers = [
        [200, "{}"],
        [503, ""],
        [200, '{"partialSuccess":{"rejectedLogRecords":"1"}}']
      ] as const
      const bodies: Array<string> = []
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const [status, body] = answers[bodies.push(`${request.url} ${Buffer.concat(chunks)}`) - 1] ?? [500, ""]
          response.writeHead(status, { "content-type": "application/json" }).end(body)
        })
      }).listen(0, "127.0.0.1")
      yield* Effect.promise(() => once(server, "listening"))
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      const { port } = server.address() as AddressInfo
      const client = yield* Layer.build(NodeHttpClient.layerUndici)
      const sink = yield* OtlpSink.make(`http://127.0.0.1:${port}/`).pipe(Effect.provideContext(client))
      const recording = new Recording()
      const { deliver } = yield* sinksOf(recording.sink)
      yield* deliver
      const lines = recording.taken.slice(-2)
      yield* sink.write(lines)
      assert.strictEqual((yield* Effect.flip(sink.write(lines))).reason, "status 503")
      assert.strictEqual((yield* Effect.flip(sink.write(lines))).reason, "1 records refused")
      const [path, body] = (bodies[0] ?? "").split(/ (.*)/s)
      assert.strictEqual(path, "/v1/logs")
      const { logRecords } = JSON.parse(body ?? "").resourceLogs[0].scopeLogs[0]
      assert.deepStrictEqual(
        logRecords.map(({ body }: { body: { stringValue: string } }) => body.stringValue),
        lines.map(({ text }) => text)
      )
    })
  )
})
