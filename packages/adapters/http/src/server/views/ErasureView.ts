import type { ErasureProgress } from "@oauth-manager/application"
import { Option } from "effect"
import type { ErasedView, ErasingView } from "../../api/index.ts"

export const erasureView = (progress: Option.Option<ErasureProgress>): ErasedView | ErasingView => {
  if (Option.isNone(progress)) return { status: "erased" }
  const { erasure, proof } = progress.value
  if (Option.isNone(proof)) return { id: erasure.id, status: "erasing", requested_at: erasure.requestedAt }
  const { givenUp, revoked, unsupported } = proof.value.revocations
  return {
    id: erasure.id,
    status: "erased",
    requested_at: erasure.requestedAt,
    erased_at: proof.value.erasedAt,
    revocations: { revoked, unsupported, given_up: givenUp }
  }
}
