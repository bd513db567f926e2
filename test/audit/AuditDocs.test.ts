import { ExportedChain, SigningKey } from "@oauth-manager/audit"
import { AuditAction } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { createHash, createPublicKey, verify } from "node:crypto"
import { readFileSync } from "node:fs"

const text = readFileSync("docs/audit.md", "utf8")
const [events = "", checkpoint = ""] = [...text.matchAll(/```jsonl\n([\s\S]*?)```/g)].map(([, block]) => block ?? "")
const canonical = /```json\n(\{.*\})\n```/.exec(text)?.[1] ?? ""
const publicKey = /the public key `([^`]+)`/.exec(text)?.[1] ?? ""

type Members = Readonly<Record<string, string | number | null>>

/** What docs/audit.md says that RFC 8785 comes to here. */
const canonicalOf = (members: Members): string =>
  `{${Object.keys(members)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(members[name])}`)
    .join(",")}}`

describe("docs/audit.md", () => {
  it("has every action, and none that there is not", () => {
    const section = text.slice(text.indexOf("## Actions"), text.indexOf("## The chain"))
    const named = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
      [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name)
    )
    assert.sameMembers(named, [...AuditAction.literals])
  })

  it("is enough to write a verifier by, which finds its own test vectors whole", () => {
    let previous: Uint8Array = Buffer.alloc(32)
    const lines = events.trimEnd().split("\n")
    assert.lengthOf(lines, 2)
    for (const [index, line] of lines.entries()) {
      const { hash, ...event } = JSON.parse(line)
      assert.strictEqual(event.position, index + 1)
      if (index === 0) assert.strictEqual(canonicalOf(event), canonical)
      previous = createHash("sha256").update(previous).update(canonicalOf(event)).digest()
      assert.strictEqual(Buffer.from(previous).toString("base64url"), hash)
    }
    const { signature, ...statement } = JSON.parse(checkpoint)
    assert.deepInclude(statement, { position: 2, hash: Buffer.from(previous).toString("base64url") })
    const raw = Buffer.from(publicKey, "base64")
    assert.strictEqual(createHash("sha256").update(raw).digest("hex").slice(0, 16), statement.key_id)
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" })
    const message = `oauth-manager audit checkpoint v1\n${canonicalOf(statement)}`
    assert.isTrue(verify(null, Buffer.from(message), key, Buffer.from(signature, "base64url")))
  })

  it("has test vectors that this service finds whole, and altered where they are", () => {
    const keys = [Option.getOrThrow(SigningKey.parsePublic(publicKey))]
    const look = (events: string) =>
      ExportedChain.verify({ events, checkpoints: checkpoint, keys, range: {}, limit: 10 })
    assert.deepInclude(look(events), { events: 2, last: 2, checkpoints: 1, checkpointed: 2, faults: [] })
    assert.deepStrictEqual(
      look(events.replace("reminders", "nothing")).faults.map(({ kind, position }) => [kind, position]),
      [["altered", 2]]
    )
  })

  it("has every fault that the command line knows a sentence for", () => {
    const kinds = readFileSync("packages/application/src/ports/AuditChain.ts", "utf8").matchAll(/^ {2}\| "(\w+)"$/gm)
    const section = text.slice(text.indexOf("### What it says"), text.indexOf("## Sinks"))
    const told = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
      [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name)
    )
    assert.sameMembers(
      told,
      [...kinds].map(([, kind]) => kind)
    )
  })
})
