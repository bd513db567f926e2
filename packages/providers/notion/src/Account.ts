import { type Hooks, type JsonObject, readText } from "@oauth-manager/provider-sdk"

/** Old connections are of a whole workspace, and of no user in it. */
const ownerId = (body: JsonObject): string | undefined =>
  readText(body, "owner.type") === "workspace" ? "workspace" : readText(body, "owner.user.id")

/** One user in one workspace. It is shown by the workspace's name: that is what tells a person's connections apart. */
export const account: NonNullable<Hooks["account"]> = (body) => {
  const workspace = readText(body, "workspace_id")
  const owner = ownerId(body)
  const email = readText(body, "owner.user.person.email")
  const name = readText(body, "workspace_name") ?? readText(body, "owner.user.name")
  if (workspace === undefined || owner === undefined) return undefined
  return {
    id: `${workspace}:${owner}`,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name })
  }
}
