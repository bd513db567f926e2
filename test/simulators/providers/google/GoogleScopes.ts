const api = (name: string): string => `https://www.googleapis.com/auth/${name}`

const signIn = ["openid", "email", "profile"]

const names = [
  "calendar.readonly calendar.events.readonly calendar.events calendar.freebusy calendar",
  "gmail.readonly gmail.send gmail.labels gmail.modify",
  "drive.file drive.readonly drive drive.metadata.readonly",
  "contacts.readonly contacts tasks.readonly tasks userinfo.email userinfo.profile",
  "youtube.readonly youtube.upload youtube youtube.force-ssl yt-analytics.readonly"
].flatMap((line) => line.split(" "))

const known = new Set([...signIn, ...names.map(api)])

const shortNames: Readonly<Record<string, string>> = {
  [api("userinfo.email")]: "email",
  [api("userinfo.profile")]: "profile"
}

const longNames: Readonly<Record<string, string>> = {
  email: api("userinfo.email"),
  profile: api("userinfo.profile")
}

export const youtubeScopes: ReadonlySet<string> = new Set(
  names.filter((name) => name.startsWith("youtube") || name.startsWith("yt-")).map(api)
)

/** Those that let `channels.list` be called: uploading alone does not. */
export const channelScopes: ReadonlySet<string> = new Set(["youtube.readonly", "youtube", "youtube.force-ssl"].map(api))

/** Scopes as they were asked for, each in one spelling. */
export const parse = (scope: string): ReadonlyArray<string> => [
  ...new Set(
    scope
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => shortNames[name] ?? name)
  )
]

export const unknownAmong = (scopes: ReadonlyArray<string>): ReadonlyArray<string> =>
  scopes.filter((scope) => !known.has(scope))

/** Signing in cannot be unticked. */
export const isSignIn = (scope: string): boolean => signIn.includes(scope)

/** As Google writes them back: in another order, and by other names. */
export const written = (scopes: Iterable<string>): string =>
  [...scopes]
    .map((scope) => longNames[scope] ?? scope)
    .toReversed()
    .join(" ")
