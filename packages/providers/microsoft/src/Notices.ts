import type { ProviderManifest } from "@oauth-manager/provider-sdk"

export const notices: NonNullable<ProviderManifest["notices"]> = [
  {
    code: "admin_consent",
    text: "Microsoft's managed consent policy of 2026 keeps users of work accounts from granting mail, calendars, tasks, changes to contacts and files of others: expect that an administrator must consent first. Personal accounts are not affected."
  },
  {
    code: "no_unticking",
    text: "Users are taken to consent to all that is asked for or to nothing; should Microsoft grant less, that is noticed as a denied scope."
  },
  {
    code: "redirect_type",
    text: "Register the redirect URI as of type Web. Of type spa, refresh tokens would end after 24 hours."
  },
  {
    code: "no_revocation",
    text: "Microsoft has no revocation endpoint. Disconnecting destroys the tokens here; users withdraw their consent at Microsoft."
  },
  {
    code: "request_loop",
    text: "Microsoft stops clients that ask for tokens in a loop (AADSTS50196), and wants Retry-After kept."
  },
  {
    code: "certificate",
    text: "With a key instead of a secret, Microsoft knows the certificate by its thumbprint: the key must be a JWK that holds x5t#S256."
  },
  {
    code: "tenants",
    text: "A client registered for a single tenant must set that tenant (AADSTS50194), and a code is only redeemed at the authority that gave it (AADSTS700005)."
  }
]
