import { Schema } from "effect"

/** The name of a pretend account: 1 to 64 of a-z, 0-9, dot, dash and underscore. It is the `sub` claim. */
export const SandboxAccount = Schema.String.check(Schema.isPattern(/^[a-z0-9._-]{1,64}$/)).pipe(
  Schema.brand("SandboxAccount")
)
export type SandboxAccount = typeof SandboxAccount.Type

export const isSandboxAccount = Schema.is(SandboxAccount)

const mailDomain = "@sandbox.test"

export const fromLoginHint = (hint: string): string =>
  hint.endsWith(mailDomain) ? hint.slice(0, -mailDomain.length) : hint

const displayName = (account: SandboxAccount): string =>
  account
    .split(/[._-]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ") || account

export const claims = (account: SandboxAccount) => ({
  sub: account,
  email: `${account}${mailDomain}`,
  email_verified: true,
  name: displayName(account)
})
