import { EnvelopeTokenVault, Keyring, KeyringConfig, KeyringFile } from "@oauth-manager/vault"
import { Effect, Layer, Option } from "effect"
import * as DataFolder from "../configuration/DataFolder.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { StartupFailed } from "../StartupFailed.ts"

/** The keys of VAULT_KEYS, or else those of a file in DATA_DIR that is made on first start. */
const KeyManagementLayer = Layer.unwrap(
  Effect.gen(function* () {
    const { vaultKeys, dataDir } = yield* ServerConfiguration
    const keys = yield* Option.match(vaultKeys, {
      onSome: (value) => KeyringConfig.parse(value),
      onNone: () => KeyringFile.loadOrCreate(DataFolder.keyring(dataDir))
    })
    return Keyring.layer({ keys })
  }).pipe(Effect.mapError(({ message }) => new StartupFailed({ message })))
)

export const layer = EnvelopeTokenVault.layer.pipe(Layer.provide(KeyManagementLayer))
