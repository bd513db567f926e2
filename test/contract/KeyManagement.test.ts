import { KeyManagement } from "@oauth-manager/application"
import { Keyring, KeyringWatch } from "@oauth-manager/vault"
import { Effect, Layer } from "effect"
import * as InMemoryKeyManagement from "../fakes/InMemoryKeyManagement.ts"
import { entry, keyring } from "../vault/KeyFolder.ts"
import { randomKey } from "../vault/VaultFixture.ts"
import { keyManagementContract } from "./KeyManagementContract.ts"

keyManagementContract(
  "in memory",
  Layer.sync(KeyManagement, () => InMemoryKeyManagement.service()("first", "second"))
)

keyManagementContract("of a keyring", Keyring.layer({ keys: [randomKey("first"), randomKey("second")] }))

keyManagementContract(
  "of a keyring file",
  Layer.unwrap(Effect.map(keyring(entry("first"), entry("second")), (path) => KeyringWatch.layer(path)))
)
