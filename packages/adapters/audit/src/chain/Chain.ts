import canonicalize from "canonicalize"
import { createHash } from "node:crypto"
import type { StoredEvent } from "./StoredEvent.ts"

/** What the first event is chained to. */
export const genesis: Uint8Array = new Uint8Array(32)

export const version = 1

/** What an event is hashed as, in RFC 8785's form: its columns, and its place in the chain. */
const canonicalEvent = (position: number, event: StoredEvent): string =>
  canonicalize({ version, position, ...event }) ?? ""

/** The hash of an event at a position: SHA-256 of the hash before it and of its canonical form. */
export const link = (previous: Uint8Array, position: number, event: StoredEvent): Buffer =>
  createHash("sha256").update(previous).update(canonicalEvent(position, event)).digest()

// JSON leaves these as they are; a terminal or a reader of lines may not
const unprintable = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/** A line of an export: what is hashed, and the hash. */
export const lineOf = (position: number, event: StoredEvent, hash: Uint8Array): string =>
  JSON.stringify({ version, position, ...event, hash: Buffer.from(hash).toString("base64url") }).replaceAll(
    unprintable,
    escaped
  )
