import { KeyringFile } from "@oauth-manager/vault"
import { Option, type Redacted, Schema } from "effect"
import * as DataFolder from "./DataFolder.ts"
import { setting } from "./Setting.ts"

export interface KeySettings {
  /** None: the keyring file in `dataDir`. */
  readonly vaultKeys: Option.Option<Redacted.Redacted<string>>
  readonly dataDir: string
}

export const vaultKeys = setting("VAULT_KEYS", Schema.RedactedFromValue(Schema.String))

/** What holds the keys: a variable or a file. */
export const keySource = ({ dataDir, vaultKeys }: KeySettings): string =>
  Option.isSome(vaultKeys) ? "VAULT_KEYS" : KeyringFile.sourceOf(DataFolder.keyring(dataDir))
