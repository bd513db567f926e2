export interface NotionWorkspace {
  readonly id: string
  readonly name: string
  readonly icon?: string
}

export interface NotionAccount {
  readonly id: string
  readonly name: string
  /** Absent where the connection may not see it. */
  readonly email?: string
  readonly workspace: NotionWorkspace
}

/** What the person does on Notion's page picker. */
export interface NotionChoice {
  readonly account: NotionAccount
  readonly deny?: boolean
}

/** The bot that acts for one person in one workspace. */
export interface NotionGrant {
  readonly clientId: string
  readonly botId: string
  readonly account: NotionAccount
}

/** How `owner` is written: with the person, with no more of them than the id, or as connections of old do. */
export type OwnerForm = "person" | "partial" | "workspace"

export const ownerOf = ({ email, id, name }: NotionAccount, form: OwnerForm) => {
  if (form === "workspace") return { type: "workspace", workspace: true }
  if (form === "partial") return { type: "user", user: { object: "user", id } }
  const person = email === undefined ? {} : { email, email_verified: true }
  return { type: "user", user: { object: "user", id, type: "person", name, avatar_url: null, person } }
}

export const ada: NotionAccount = {
  id: "e79a0b74-3aba-4149-9f74-0bb5791a6ee6",
  name: "Ada",
  email: "ada@example.org",
  workspace: { id: "8d951d23-0f0b-4f0e-9d5a-5c1f5d7b4f1c", name: "Ada's Workspace" }
}
