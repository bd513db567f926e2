import { DomainEventType } from "@oauth-manager/domain"
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

const text = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8")

describe("docs/events.md", () => {
  it("has every type of event", () => {
    const [types = ""] = text.split("## Fields", 1)
    const listed = [...types.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, type = ""]) => type)
    assert.sameMembers(listed, [...DomainEventType.literals])
  })
})
