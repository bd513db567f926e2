import type { ProviderManifest } from "@oauth-manager/provider-sdk"

const day = 24 * 60 * 60

export const refreshTokens: ProviderManifest["refreshTokens"] = {
  rotation: "static",
  mostForAccount: 100,
  lifetimes: [
    {
      code: "unused_six_months",
      since: "unused",
      seconds: 15_778_800,
      text: "Google ends a refresh token that was not used for six months."
    },
    {
      code: "testing_seven_days",
      since: "authorization",
      seconds: 7 * day,
      text: "While the product's publishing status at Google is Testing, refresh tokens end seven days after the consent, unless only the basic profile was asked for. Publish the product in Google's console.",
      onlyIf: { setting: "publishing_status", is: "testing" }
    }
  ]
}
