import { assert, describe, it } from "@effect/vitest"
import { packages } from "./Workspace.ts"

const writers = packages
  .filter(({ folder }) => folder === "packages/application")
  .flatMap(({ sources }) => sources)
  .filter(({ imports }) => imports.some(({ specifier }) => specifier.endsWith("/ports/AuditTrail.ts")))
  .map(({ path }) => path.slice("packages/application/src/".length))

describe("the audit trail", () => {
  it("is written by the chronicle, which tells each change, and by the release of a token, which changes nothing", () =>
    assert.sameMembers(writers, ["access/Chronicle.ts", "index.ts", "refresh/TokenRelease.ts"]))
})
