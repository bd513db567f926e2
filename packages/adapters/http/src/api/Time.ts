import { Schema } from "effect"

/** A time in ISO 8601, UTC. */
export const Time = Schema.String.annotate({ format: "date-time" }).pipe(Schema.decodeTo(Schema.DateTimeUtcFromString))
