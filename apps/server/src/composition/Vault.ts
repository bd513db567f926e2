import { AdoptKeys, Application, KeyManagement } from "@oauth-manager/application"
import { EnvelopeTokenVault, Keyring, KeyringConfig, KeyringWatch } from "@oauth-manager/vault"
import { Effect, Layer, Option } from "effect"
import * as DataFolder from "../configuration/DataFolder.ts"
import { keySource } from "../configuration/KeySettings.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import { StartupFailed } from "../StartupFailed.ts"
import { explain } from "./KeyFault.ts"

/** The keys of VAULT_KEYS, or else those of a file in DATA_DIR that is made on first start. */
const KeyManagementLayer = Layer.unwrap(
  Effect.gen(function* () {
    const { vaultKeys, dataDir } = yield* ServerConfiguration
    return Option.isSome(vaultKeys)
      ? Keyring.layer({ keys: yield* KeyringConfig.parse(vaultKeys.value) })
      : KeyringWatch.layer(DataFolder.keyring(dataDir))
  })
).pipe(
  Layer.catchTag("KeyringRefused", ({ message }) =>
    Layer.effect(KeyManagement, Effect.fail(new StartupFailed({ message })))
  )
)

/** Nothing is sealed before it is seen that these keys are the deployment's. */
const Adoption = Layer.effectDiscard(
  Effect.gen(function* () {
    const settings = yield* ServerConfiguration
    yield* AdoptKeys.use(({ adopt }) => adopt).pipe(
      Effect.catchTags({
        KeysRefused: (refused) => new StartupFailed({ message: explain(keySource(settings), refused) }),
        VaultFailed: ({ message }) => new StartupFailed({ message: `${keySource(settings)}: ${message}` }),
        RepositoryUnavailable: () => new StartupFailed({ message: "DATABASE_URL: the database did not answer in time" })
      })
    )
  })
)

/** The vault, with the keys that it is built on. */
export const layer = EnvelopeTokenVault.layer.pipe(
  Layer.provideMerge(Adoption),
  Layer.provide(Application.layerAdoption),
  Layer.provideMerge(KeyManagementLayer)
)
