import type { ProviderManifest } from "@oauth-manager/provider-sdk"

export const notices: NonNullable<ProviderManifest["notices"]> = [
  {
    code: "quota",
    text: "YouTube's quota is the whole project's: 10,000 units a day, and 100 searches and 100 uploads beside them. The 403 quotaExceeded passes at midnight Pacific time and is no fault of the connection."
  },
  {
    code: "private_uploads",
    text: "Until YouTube has audited the project, videos uploaded by it stay private (projects made after 28 July 2020)."
  },
  {
    code: "reverification",
    text: "YouTube's developer policies (III.E.4) want it checked every 30 days that the authorization still stands, and data deleted within seven days of a user's request."
  },
  {
    code: "brand_accounts",
    text: "A connection is bound to the channel that was picked at the consent: one person can connect several. Google does not document which subject an ID token names for a brand channel, so that the channel id alone identifies the account."
  },
  {
    code: "unverified_product",
    text: "Until Google has verified the product, at most 100 users may ever grant it these scopes."
  },
  {
    code: "testing",
    text: "The publishing status is Testing: refresh tokens end after seven days, and only listed test users can connect.",
    onlyIf: { setting: "publishing_status", is: "testing" }
  },
  {
    code: "granular_consent",
    text: "Users may untick scopes on Google's consent page: look at what was granted."
  },
  {
    code: "shared_grant",
    text: "Revoking ends everything the person ever granted to any client of the same Google Cloud project, other channels and Google's own services included. Give plugins projects of their own to keep them apart."
  },
  {
    code: "refresh_token_limit",
    text: "Google keeps 100 refresh tokens for one account and client, and silently drops the oldest."
  }
]
