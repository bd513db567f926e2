import { FeatureId, type Provider, ProviderId, Scope } from "@oauth-manager/domain"

const google = "https://www.googleapis.com/auth"

export const scope = (value: string, ...aliases: ReadonlyArray<string>) => ({
  value: Scope.make(value),
  title: value,
  description: value,
  sensitivity: "basic" as const,
  ...(aliases.length === 0 ? {} : { aliases: aliases.map((alias) => Scope.make(alias)) })
})

export const feature = (id: string, ...values: readonly [string, ...ReadonlyArray<string>]) => ({
  id: FeatureId.make(id),
  title: id,
  scopes: [Scope.make(values[0]), ...values.slice(1).map((value) => Scope.make(value))] as const
})

export const openid = Scope.make("openid")
export const email = Scope.make("email")
export const emailAlias = Scope.make(`${google}/userinfo.email`)
export const readCalendar = Scope.make(`${google}/calendar.readonly`)
export const writeCalendar = Scope.make(`${google}/calendar.events`)
export const readMail = Scope.make(`${google}/gmail.readonly`)
export const unheardOf = Scope.make(`${google}/cloud-platform`)

/** A provider that returns scopes under other names than it takes them, as Google does. */
export const googleLike = (overrides: Partial<Provider> = {}): Provider => ({
  id: ProviderId.make("google-like"),
  name: "Google-like",
  scopes: [
    scope(openid),
    scope(email, emailAlias),
    scope(readCalendar, "calendar-read"),
    scope(writeCalendar),
    scope(readMail)
  ],
  identityScopes: [openid, email],
  features: [
    feature("calendar.show", readCalendar),
    feature("calendar.plan", "calendar-read", writeCalendar),
    feature("mail.search", readMail)
  ],
  incrementalAuthorization: true,
  returnsEarlierConsents: "never",
  ...overrides
})
