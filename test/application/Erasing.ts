import { EraseUser, ErasureList, ReplayErasures } from "@oauth-manager/application"
import type { Caller, UserScope } from "@oauth-manager/domain"
import { Effect, HashMap, Option } from "effect"
import { InMemoryStore } from "../fakes/InMemoryStore.ts"
import { keyOf, type Rows } from "../fakes/Rows.ts"
import { ScriptedOAuthClient } from "../fakes/ScriptedOAuthClient.ts"
import { ada, byAda, stored } from "./Journey.ts"

export const erase = (caller: Caller = byAda, user: UserScope = ada) =>
  EraseUser.use((useCase) => useCase.erase(caller, user))

export const advanceDue = EraseUser.use((useCase) => useCase.advanceDue())

export const replay = ReplayErasures.use((useCase) => useCase.replay())

export const listed = ErasureList.use(({ entries }) => entries)

/** Every provider revokes what it is shown. */
export const revoking = Effect.flatMap(ScriptedOAuthClient, ({ revoke }) =>
  revoke.always(() => Effect.succeed("revoked"))
)

/** Of how many rows each table names the user by their id. */
export const namesIn = (rows: Rows, user: UserScope = ada): Readonly<Record<string, number>> => {
  const count = (table: HashMap.HashMap<string, { readonly owner: UserScope }>) =>
    HashMap.toValues(table).filter(({ owner }) => keyOf(owner) === keyOf(user)).length
  return {
    users: HashMap.has(rows.users, keyOf(user)) ? 1 : 0,
    dataKeys: count(rows.dataKeys),
    integrations: count(rows.integrations),
    tokens: count(rows.tokens),
    authorizations: count(rows.authorizations),
    consents: count(rows.consents),
    revocations: count(rows.revocations)
  }
}

export const names = Effect.map(stored, (rows) => namesIn(rows))

export const nobody = {
  users: 0,
  dataKeys: 0,
  integrations: 0,
  tokens: 0,
  authorizations: 0,
  consents: 0,
  revocations: 0
}

/** Puts a backup of all rows in the place of what is stored. */
export const restore = (backup: Rows) =>
  InMemoryStore.use((store) => store.write("across users", () => [undefined, backup]))

export const adasReference = Effect.map(stored, ({ users }) =>
  Option.getOrUndefined(Option.map(HashMap.get(users, keyOf(ada)), ({ reference }) => reference))
)
