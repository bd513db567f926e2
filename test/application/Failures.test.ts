import { RepositoryUnavailable, VaultFailed } from "@oauth-manager/application"
import { assert, describe, it } from "@effect/vitest"

describe("Failures of the infrastructure", () => {
  it("tell the operator what failed", () => {
    assert.strictEqual(
      new RepositoryUnavailable({ operation: "TokenRepository.put" }).message,
      "storage is unavailable (TokenRepository.put)"
    )
    assert.strictEqual(new VaultFailed({ reason: "unknown_key" }).message, "the vault refused: unknown_key")
  })
})
