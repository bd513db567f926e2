export interface YouTubeChannel {
  readonly id: string
  readonly title: string
}

/** A person at Google, with a channel of their own, those of brand accounts, or none. */
export interface GoogleAccount {
  readonly sub: string
  readonly email: string
  readonly emailVerified?: boolean
  readonly name: string
  /** The organization's domain, in Workspace. */
  readonly hd?: string
  readonly channels?: ReadonlyArray<YouTubeChannel>
}

/** What the person does on Google's pages. */
export interface GoogleChoice {
  readonly account: GoogleAccount
  readonly deny?: boolean
  /** The scopes left ticked, besides those that sign in; all where it is absent. */
  readonly grant?: ReadonlyArray<string>
  /** Which channel, where YouTube asks; the first where it is absent. */
  readonly channel?: string
  /** Gives access for so many seconds only. */
  readonly accessFor?: number
}

/** One authorization: whose, for which client, and what came of it. */
export interface GoogleGrant {
  readonly clientId: string
  readonly project: string
  readonly sub: string
  readonly scopes: ReadonlyArray<string>
  readonly channel: YouTubeChannel | undefined
  readonly offline: boolean
  /** A refresh token comes with the first authorization, and where consent was asked for. */
  readonly consented: boolean
  readonly nonce: string | undefined
  readonly accessFor: number | undefined
}

/** Client ids begin with the number of the Cloud project that they belong to. */
export const projectOf = (clientId: string): string => clientId.split("-")[0] ?? clientId

export const ada: GoogleAccount = {
  sub: "110248495921238986420",
  email: "ada@example.org",
  emailVerified: true,
  name: "Ada Lovelace",
  channels: [{ id: "UCada0000000000000000000", title: "Ada's engines" }]
}

/** What scopes tell of a person, in ID tokens and at the userinfo endpoint. */
export const personOf = (account: GoogleAccount | undefined, scopes: ReadonlyArray<string>) => {
  if (account === undefined) return {}
  const { email, emailVerified = true, hd, name } = account
  return {
    ...(hd === undefined ? {} : { hd }),
    ...(scopes.includes("email") ? { email, email_verified: emailVerified } : {}),
    ...(scopes.includes("profile") ? { name, given_name: name.split(" ")[0] } : {})
  }
}
