import { PromoteKey } from "@oauth-manager/application"
import { KeyringFileEdit } from "@oauth-manager/vault"
import { Console, Effect, Option } from "effect"
import * as DataFolder from "../../configuration/DataFolder.ts"
import { told } from "./KeyRefusals.ts"
import * as OperatorKeys from "./OperatorKeys.ts"

/** Makes a key the primary: what is new is wrapped under it, and servers begin to rewrap what is there. */
export const run = Effect.fnUntraced(function* (keyId: string) {
  const { dataDir, vaultKeys } = yield* OperatorKeys.OperatorSettings
  yield* told(PromoteKey.use(({ promote }) => promote(keyId)))
  yield* Console.log(`${keyId} is the primary key.`)
  if (Option.isNone(vaultKeys)) yield* told(KeyringFileEdit.promote(DataFolder.keyring(dataDir), keyId))
  else yield* Console.error(`Put it first in VAULT_KEYS of every server, when you next start them.`)
  yield* Console.error("Servers rewrap the data keys in the background; at once: oauth-manager keys rewrap")
}, Effect.provide(OperatorKeys.layer))
