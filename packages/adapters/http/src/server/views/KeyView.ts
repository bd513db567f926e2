import type { KeyStatus, RotationProgress } from "@oauth-manager/application"
import { Option } from "effect"
import type { KeyRotationView, KeyView } from "../../api/index.ts"

export const keyView = ({ addedAt, dataKeys, id, isHeld, isPrimary, promotedAt }: KeyStatus): KeyView => ({
  id,
  primary: isPrimary,
  held: isHeld,
  added_at: addedAt,
  ...(Option.isSome(promotedAt) ? { promoted_at: promotedAt.value } : {}),
  data_keys: dataKeys
})

export const keyRotationView = (progress: RotationProgress): KeyRotationView => ({
  data_keys: progress.dataKeys,
  wrapped_by_primary: progress.wrappedByPrimary,
  to_rewrap: progress.toRewrap,
  to_reseal: progress.toReplace,
  ...(Option.isSome(progress.requestedAt) ? { requested_at: progress.requestedAt.value } : {})
})
