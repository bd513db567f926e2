import { KeyringFileEdit, NewKey } from "@oauth-manager/vault"
import { Console, Effect, Option, Redacted } from "effect"
import * as DataFolder from "../../configuration/DataFolder.ts"
import { told } from "./KeyRefusals.ts"
import { OperatorSettings } from "./OperatorKeys.ts"

/**
 * Makes a key. It is put into the keyring file, and its id printed; or its whole entry is printed, for VAULT_KEYS. Nothing is wrapped
 * under it before it is promoted.
 */
export const run = Effect.gen(function* () {
  const { dataDir, vaultKeys } = yield* OperatorSettings
  if (Option.isNone(vaultKeys)) {
    const id = yield* told(KeyringFileEdit.add(DataFolder.keyring(dataDir)))
    yield* Console.log(id)
    yield* Console.error(
      `Put the same line into the keyring file of every other server, if there is one. Then: oauth-manager keys promote ${id}`
    )
    return
  }
  const { entry, id } = NewKey.make("key")
  yield* Console.log(Redacted.value(entry))
  yield* Console.error(
    `A secret: append it, behind a comma, to VAULT_KEYS of every server, and start them again. Then: oauth-manager keys promote ${id}`
  )
}).pipe(Effect.provide(OperatorSettings.layer))
