import { AuditRecords, AuditTrail } from "@oauth-manager/application"
import { assert, describe, it as test, layer } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { anAuditEvent, aScope } from "../fakes/Samples.ts"
import { auditFailure } from "./AuditFailure.ts"
import * as Audited from "./AuditedDatabase.ts"
import { hostileTexts } from "./HostileText.ts"
import { sealedTrail } from "./SealedTrail.ts"

sealedTrail()
auditFailure()

layer(Audited.layer, { excludeTestServices: true })("E. Audit trail: what callers write", (it) => {
  it.effect("row 55: keeps every line of an export one line of JSON, whatever callers write", () =>
    Effect.gen(function* () {
      const audit = yield* AuditTrail
      const records = yield* AuditRecords
      const about = aScope()
      yield* audit.record(
        ...hostileTexts.map((text) =>
          anAuditEvent(about, {
            purpose: text,
            requestId: text,
            actor: { scope: about, role: "service", client: text }
          })
        )
      )
      yield* Audited.seal
      const lines = yield* records.lines(about, {}, 0, 1000)
      assert.lengthOf(lines, hostileTexts.length)
      lines.forEach(({ text }, index) => {
        // Nothing but printable characters and what is beyond ASCII: no line end, no escape, no separator of lines
        // oxlint-disable-next-line no-control-regex -- it is what must not be there
        assert.notMatch(text, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
        const stored = (hostileTexts[index] ?? "").toWellFormed().replaceAll("\u0000", "\ufffd")
        assert.deepInclude(JSON.parse(text), { purpose: stored, request_id: stored, client: stored.slice(0, 255) })
      })
      assert.isFalse((yield* Audited.verify).faults.some(({ kind }) => kind === "altered"))
    })
  )
})

describe("E. Logs", () => {
  test.effect("row 55: keeps every line of the log one line of JSON, whatever is logged", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const written = Logger.make((options) => void lines.push(Logger.formatJson.log(options)))
      for (const text of hostileTexts) {
        yield* Effect.logInfo(text).pipe(
          Effect.annotateLogs({ request_id: text }),
          Effect.provide(Logger.layer([written]), { local: true })
        )
      }
      assert.lengthOf(lines, hostileTexts.length)
      lines.forEach((line, index) => {
        // oxlint-disable-next-line no-control-regex -- it is what must not be there
        assert.notMatch(line, /[\u0000-\u001f]/)
        assert.strictEqual(JSON.parse(line).annotations.request_id, hostileTexts[index])
      })
    })
  )
})
