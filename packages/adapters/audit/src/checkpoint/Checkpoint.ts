import canonicalize from "canonicalize"
import { type Option, Schema } from "effect"
import { isSigned, type SigningKey, type VerificationKey } from "./SigningKey.ts"

const Statement = Schema.Struct({
  version: Schema.Literal(1),
  position: Schema.Int.check(Schema.isGreaterThan(0)),
  hash: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{43}$/)),
  at: Schema.String,
  key_id: Schema.String
})

/** What a server says, signed: at this time the chain had this hash at this position. */
export const Checkpoint = Schema.Struct({ ...Statement.fields, signature: Schema.String })
export interface Checkpoint extends Schema.Schema.Type<typeof Checkpoint> {}

// No signature of this key for another purpose can be passed off as a checkpoint's
const domain = "oauth-manager audit checkpoint v1\n"

const messageOf = ({ at, hash, key_id, position, version }: typeof Statement.Type): Buffer =>
  Buffer.from(domain + canonicalize({ version, position, hash, at, key_id }))

export const make = (key: SigningKey, position: number, hash: Uint8Array, at: string): Checkpoint => {
  const statement = {
    version: 1 as const,
    position,
    hash: Buffer.from(hash).toString("base64url"),
    at,
    key_id: key.verification.id
  }
  return { ...statement, signature: Buffer.from(key.sign(messageOf(statement))).toString("base64url") }
}

export const hashOf = ({ hash }: Checkpoint): Uint8Array => Buffer.from(hash, "base64url")

/** `unknown_key`: it may be good, and nobody here can tell. */
export const judge = (
  checkpoint: Checkpoint,
  keys: ReadonlyArray<VerificationKey>
): "good" | "bad_signature" | "unknown_key" => {
  const key = keys.find(({ id }) => id === checkpoint.key_id)
  if (key === undefined) return "unknown_key"
  return isSigned(key, messageOf(checkpoint), Buffer.from(checkpoint.signature, "base64url")) ? "good" : "bad_signature"
}

const Line = Schema.fromJsonString(Checkpoint)

export const encode: (checkpoint: Checkpoint) => string = Schema.encodeSync(Line)
export const decode: (line: string) => Option.Option<Checkpoint> = Schema.decodeOption(Line)
