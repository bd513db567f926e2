import { ReturnUrls } from "@oauth-manager/application"
import { FileErasureList, FileRefreshJournal } from "@oauth-manager/journal"
import { Oauth4webapiClient } from "@oauth-manager/oauth"
import { Effect, Layer } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import * as DataFolder from "../configuration/DataFolder.ts"
import { ServerConfiguration } from "../configuration/ServerConfiguration.ts"
import * as Audit from "./Audit.ts"
import * as Egress from "./Egress.ts"
import * as Features from "./Features.ts"
import * as Providers from "./Providers.ts"
import * as Storage from "./Storage.ts"
import * as Vault from "./Vault.ts"

const ReturnUrlsLayer = Layer.effect(
  ReturnUrls,
  Effect.map(ServerConfiguration, ({ returnUrls }) => ({ allowed: returnUrls }))
)

/** Answers of providers that are not saved yet lie in DATA_DIR. */
const RefreshJournalLayer = Layer.unwrap(
  Effect.map(ServerConfiguration, ({ dataDir }) =>
    FileRefreshJournal.layer({ folder: DataFolder.refreshJournal(dataDir) })
  )
)

/** Who was erased must outlive the database, and so lies in DATA_DIR. */
const ErasureListLayer = Layer.unwrap(
  Effect.map(ServerConfiguration, ({ dataDir }) => FileErasureList.layer({ file: DataFolder.erasures(dataDir) }))
)

const OAuthClientLayer = Layer.unwrap(
  Effect.map(ServerConfiguration, (settings) => Oauth4webapiClient.layer.pipe(Layer.provide(Egress.layer(settings))))
)

/** Every port, by the adapter that serves it here. */
export const layer = Layer.mergeAll(
  Audit.layer,
  Vault.layer,
  RefreshJournalLayer,
  ErasureListLayer,
  OAuthClientLayer,
  Features.layer.pipe(Layer.provideMerge(Providers.layer)),
  ReturnUrlsLayer
).pipe(
  Layer.provideMerge(Storage.layer),
  Layer.provideMerge(Layer.merge(SecureRandom.layerWebCrypto, Digest.layerWebCrypto))
)
