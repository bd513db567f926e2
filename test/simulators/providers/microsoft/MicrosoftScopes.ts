const graph = "https://graph.microsoft.com/"
const prefix = /^https:\/\/graph\.microsoft\.com\//i

export const openIdScopes: ReadonlySet<string> = new Set(["openid", "profile", "email", "offline_access"])

const names = [
  "Calendars.Read Calendars.ReadWrite Mail.Read Mail.ReadWrite Mail.Send",
  "Files.Read Files.ReadWrite Files.Read.All Files.ReadWrite.All",
  "Contacts.Read Contacts.ReadWrite Tasks.Read Tasks.ReadWrite Notes.Read User.Read People.Read"
].flatMap((line) => line.split(" "))

const byLowerCase = new Map(
  [...openIdScopes, ...names, ...names.map((name) => graph + name)].map((name) => [
    name.toLowerCase(),
    name.replace(prefix, "")
  ])
)

/** What Microsoft's managed policy withholds from users: an administrator must consent. */
const reserved = /^(mail\.read|calendars\.|tasks\.|contacts\.readwrite$|people\.read$|files\..*\.all$)/i

export const needsAdministrator = (scope: string): boolean => reserved.test(scope)

const split = (scope: string): ReadonlyArray<string> => [...new Set(scope.split(" ").filter((name) => name !== ""))]

/** Scopes as they were asked for, each in one spelling; those that nobody knows as they are. */
export const parse = (scope: string): ReadonlyArray<string> => [
  ...new Set(split(scope).map((name) => byLowerCase.get(name.toLowerCase()) ?? name))
]

export const unknownAmong = (scopes: ReadonlyArray<string>): ReadonlyArray<string> =>
  scopes.filter((scope) => !byLowerCase.has(scope.toLowerCase()))

/** The resources named: a token is for one alone. */
export const resourcesOf = (scope: string): ReadonlySet<string> =>
  new Set(
    split(scope)
      .filter((name) => !openIdScopes.has(name.toLowerCase()))
      .map((name) => (/^https:\/\/[^/]+\//i.exec(name)?.[0] ?? graph).toLowerCase())
  )

/** How scopes are written back; all of it has been seen. */
export type ScopeForm = "short" | "prefixed" | "lower_case"

/** In another order, in one form or another, without `offline_access`. */
export const written = (scopes: ReadonlyArray<string>, form: ScopeForm): string =>
  scopes
    .filter((scope) => scope !== "offline_access")
    .map((scope) => {
      if (openIdScopes.has(scope) || form === "short") return scope
      return form === "prefixed" ? graph + scope : graph + scope.toLowerCase()
    })
    .toReversed()
    .join(" ")
