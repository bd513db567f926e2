import type { VersionedText } from "@oauth-manager/application"
import type { ConsentTextView } from "../../api/index.ts"

export const consentTextView = ({ version, locale, provider, purposes }: VersionedText): ConsentTextView => ({
  version,
  locale,
  provider,
  purposes
})
