import { RetireKey } from "@oauth-manager/application"
import { KeyringFileEdit } from "@oauth-manager/vault"
import { Console, Effect, Option } from "effect"
import * as DataFolder from "../../configuration/DataFolder.ts"
import { told } from "./KeyRefusals.ts"
import * as OperatorKeys from "./OperatorKeys.ts"

/** Ends a key under which nothing is wrapped any more. */
export const run = Effect.fnUntraced(function* (keyId: string) {
  const { dataDir, vaultKeys } = yield* OperatorKeys.OperatorSettings
  yield* told(RetireKey.use(({ retire }) => retire(keyId)))
  yield* Console.log(`${keyId} is retired.`)
  if (Option.isSome(vaultKeys)) {
    return yield* Console.error(
      "Take it out of VAULT_KEYS of every server; keep it apart from them for as long as you keep backups from before."
    )
  }
  const path = DataFolder.keyring(dataDir)
  yield* told(KeyringFileEdit.retire(path, keyId))
  yield* Console.error(
    `It is now in ${path}.retired, for backups from before: move that file away from this server, and delete it with the last of them.`
  )
}, Effect.provide(OperatorKeys.layer))
