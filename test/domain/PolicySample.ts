import { type Provider, ProviderId, Scope, type ScopePolicy, type Sensitivity } from "@oauth-manager/domain"

const defined = (value: string, sensitivity: Sensitivity, ...implies: ReadonlyArray<Scope>) => ({
  value: Scope.make(value),
  title: value,
  description: value,
  sensitivity,
  ...(implies.length === 0 ? {} : { implies })
})

export const openid = Scope.make("openid")
export const email = Scope.make("email")
export const listed = Scope.make("calendar.list")
export const read = Scope.make("calendar.read")
export const readAlias = Scope.make("calendar-read")
export const write = Scope.make("calendar.write")
export const mail = Scope.make("mail")
export const backup = Scope.make("backup")
export const unheardOf = Scope.make("unheard-of")

export const catalogue = [openid, email, listed, read, write, mail, backup]

/** `write` implies `read`, which implies `list`; `backup`, though basic itself, implies the restricted `mail`. */
export const provider: Provider = {
  id: ProviderId.make("sample"),
  name: "Sample",
  scopes: [
    defined(openid, "basic"),
    defined(email, "basic"),
    defined(listed, "basic"),
    { ...defined(read, "sensitive", listed), aliases: [readAlias] },
    defined(write, "sensitive", readAlias),
    defined(mail, "restricted"),
    defined(backup, "basic", mail)
  ],
  identityScopes: [openid, email],
  features: [],
  incrementalAuthorization: true,
  returnsEarlierConsents: "never"
}

/** One that has no scopes, as Notion. */
export const scopeless: Provider = { ...provider, scopes: [], identityScopes: [] }

/** As the compiler sees a policy that is built from parts. */
export const policy = (parts: ScopePolicy): ScopePolicy => parts
