import type { AuditLine } from "@oauth-manager/application"
import { Effect, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { StoredEvent } from "../chain/StoredEvent.ts"
import { type AuditSink, SinkFailed } from "./AuditSink.ts"

const Line = Schema.fromJsonString(
  Schema.Struct({ position: Schema.Number, ...StoredEvent.fields, hash: Schema.String })
)
const decode = Schema.decodeSync(Line)

/** A collector may take a request and refuse records of it (OTLP, partial success). */
const Answer = Schema.Struct({
  partialSuccess: Schema.optionalKey(
    Schema.Struct({ rejectedLogRecords: Schema.optionalKey(Schema.Union([Schema.String, Schema.Number])) })
  )
})

const text = (key: string, value: string) => ({ key, value: { stringValue: value } })

const recordOf = (line: AuditLine) => {
  const { action, hash, id, occurred_at, outcome, position } = decode(line.text)
  const millis = Date.parse(occurred_at)
  return {
    timeUnixNano: `${Number.isNaN(millis) ? 0 : millis}000000`,
    severityNumber: outcome === "success" ? 9 : 13,
    severityText: outcome === "success" ? "INFO" : "WARN",
    body: { stringValue: line.text },
    attributes: [
      text("event.name", action),
      text("audit.id", id),
      { key: "audit.position", value: { intValue: String(position) } },
      text("audit.hash", hash)
    ]
  }
}

const failed = (reason: string) => () => new SinkFailed({ reason })

/** OTLP logs over HTTP as JSON; `endpoint` is that of OTEL_EXPORTER_OTLP_ENDPOINT. */
export const make = Effect.fnUntraced(function* (
  endpoint: string
): Effect.fn.Return<AuditSink, never, HttpClient.HttpClient> {
  const http = yield* HttpClient.HttpClient
  const url = `${endpoint.replace(/\/+$/, "")}/v1/logs`
  const write = Effect.fnUntraced(function* (lines: ReadonlyArray<AuditLine>) {
    const request = HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(url), {
      resourceLogs: [
        {
          resource: { attributes: [text("service.name", "oauth-manager")] },
          scopeLogs: [{ scope: { name: "oauth-manager.audit" }, logRecords: lines.map(recordOf) }]
        }
      ]
    })
    const response = yield* Effect.mapError(http.execute(request), failed("unreachable"))
    if (response.status < 200 || response.status > 299) {
      return yield* new SinkFailed({ reason: `status ${response.status}` })
    }
    const { partialSuccess } = yield* HttpClientResponse.schemaBodyJson(Answer)(response).pipe(
      Effect.orElseSucceed((): typeof Answer.Type => ({}))
    )
    const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0)
    if (rejected > 0) return yield* new SinkFailed({ reason: `${rejected} records refused` })
  })
  return { name: "otlp", write }
})
