import type { CaseGroup } from "./Case.ts"
import { accountIdentity } from "./cases/AccountIdentity.ts"
import { accountSetup } from "./cases/AccountSetup.ts"
import { algNone } from "./cases/AlgNone.ts"
import { authorizationUrl } from "./cases/AuthorizationUrl.ts"
import { deniedConsent } from "./cases/DeniedConsent.ts"
import { documentedTokens } from "./cases/DocumentedTokens.ts"
import { echoedSecret } from "./cases/EchoedSecret.ts"
import { errorClassification, documentedErrors } from "./cases/ErrorClassification.ts"
import { exchange } from "./cases/Exchange.ts"
import { expiredIdToken } from "./cases/ExpiredIdToken.ts"
import { forgedSignature } from "./cases/ForgedSignature.ts"
import { hooks } from "./cases/Hooks.ts"
import { htmlAnswer } from "./cases/HtmlAnswer.ts"
import { hugeAnswer } from "./cases/HugeAnswer.ts"
import { introspection } from "./cases/Introspection.ts"
import { malformedRefresh } from "./cases/MalformedRefresh.ts"
import { malformedSuccess } from "./cases/MalformedSuccess.ts"
import { manifest } from "./cases/Manifest.ts"
import { missingAccount } from "./cases/MissingAccount.ts"
import { narrowedScopes } from "./cases/NarrowedScopes.ts"
import { noAccessToken } from "./cases/NoAccessToken.ts"
import { otherSubject } from "./cases/OtherSubject.ts"
import { rateLimited } from "./cases/RateLimited.ts"
import { redirectingTokenEndpoint } from "./cases/RedirectingTokenEndpoint.ts"
import { refreshes } from "./cases/Refresh.ts"
import { replayedCode } from "./cases/ReplayedCode.ts"
import { revocation } from "./cases/Revocation.ts"
import { rotation } from "./cases/Rotation.ts"
import { scopes } from "./cases/Scopes.ts"
import { secretToStranger } from "./cases/SecretToStranger.ts"
import { serverError } from "./cases/ServerError.ts"
import { slowAnswer } from "./cases/SlowAnswer.ts"
import { stolenCode } from "./cases/StolenCode.ts"
import { tokenTypeMac } from "./cases/TokenTypeMac.ts"
import { tornAnswer } from "./cases/TornAnswer.ts"
import { unknownError } from "./cases/UnknownError.ts"
import { widenedScopes } from "./cases/WidenedScopes.ts"
import { wrongAudience } from "./cases/WrongAudience.ts"
import { wrongIssuer } from "./cases/WrongIssuer.ts"
import { wrongNonce } from "./cases/WrongNonce.ts"
import { wrongTenant } from "./cases/WrongTenant.ts"
import { wrongVerifier } from "./cases/WrongVerifier.ts"

/** Everything that must hold of a plugin, in the order in which it is told. */
export const battery: ReadonlyArray<CaseGroup> = [
  manifest,
  hooks,
  authorizationUrl,
  deniedConsent,
  exchange,
  documentedTokens,
  scopes,
  narrowedScopes,
  widenedScopes,
  accountIdentity,
  accountSetup,
  refreshes,
  rotation,
  errorClassification,
  documentedErrors,
  revocation,
  introspection,
  wrongIssuer,
  wrongTenant,
  wrongAudience,
  wrongNonce,
  forgedSignature,
  algNone,
  expiredIdToken,
  otherSubject,
  missingAccount,
  wrongVerifier,
  stolenCode,
  replayedCode,
  noAccessToken,
  tokenTypeMac,
  malformedSuccess,
  malformedRefresh,
  htmlAnswer,
  hugeAnswer,
  tornAnswer,
  slowAnswer,
  redirectingTokenEndpoint,
  rateLimited,
  serverError,
  unknownError,
  echoedSecret,
  secretToStranger
]
