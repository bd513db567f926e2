import { type Provider, ProviderId, Scope } from "@oauth-manager/domain"
import { feature, scope } from "./GoogleLike.ts"

const implying = (value: string, ...implied: ReadonlyArray<string>) => ({
  ...scope(value),
  implies: implied.map((other) => Scope.make(other))
})

export const prefix = "https://graph.test/"
export const shorter = "graph:"

export const openid = Scope.make("openid")
export const offline = Scope.make("offline_access")
export const user = Scope.make("User.Read")
export const readMail = Scope.make("Mail.Read")
export const writeMail = Scope.make("Mail.ReadWrite")
export const manageMail = Scope.make("Mail.Manage")
export const readFiles = Scope.make("Files.Read")
/** Listed under an old name, too. */
export const oldFiles = Scope.make("Documents.Read")
/** Imply each other. */
export const chat = Scope.make("Chat.Read")
export const talk = Scope.make("Talk.Read")
export const unheardOf = Scope.make("Directory.Write")

/** A provider that spells scopes as it likes, leaves some out of its answers and has scopes that hold others. */
export const microsoftLike = (overrides: Partial<Provider> = {}): Provider => ({
  id: ProviderId.make("microsoft-like"),
  name: "Microsoft-like",
  scopes: [
    scope(openid),
    scope(offline),
    scope(user),
    scope(readMail),
    implying(writeMail, readMail),
    implying(manageMail, `${prefix}mail.readwrite`),
    scope(readFiles, oldFiles),
    implying(chat, talk),
    implying(talk, chat)
  ],
  scopeNames: { ignoreCase: true, prefixes: [prefix, shorter], unlisted: [openid, offline] },
  identityScopes: [openid, offline, user],
  features: [feature("mail.show", readMail), feature("mail.send", writeMail), feature("files.show", oldFiles)],
  incrementalAuthorization: false,
  returnsEarlierConsents: "never",
  ...overrides
})
