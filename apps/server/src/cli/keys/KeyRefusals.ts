import type {
  KeyIsPrimary,
  KeyNotHeld,
  KeysRefused,
  KeyStillWraps,
  KeyUnknown,
  RepositoryUnavailable,
  VaultFailed
} from "@oauth-manager/application"
import type { KeyringRefused } from "@oauth-manager/vault"
import { Effect } from "effect"
import { explain } from "../../composition/KeyFault.ts"
import { keySource } from "../../configuration/KeySettings.ts"
import { CommandFailed } from "../CommandFailed.ts"
import { OperatorSettings } from "./OperatorKeys.ts"

type Refusal =
  | KeyIsPrimary
  | KeyNotHeld
  | KeyringRefused
  | KeysRefused
  | KeyStillWraps
  | KeyUnknown
  | RepositoryUnavailable
  | VaultFailed

export const ofUsers = (count: number): string => `${count} ${count === 1 ? "user" : "users"}`

const tell = (source: string, refusal: Refusal): string => {
  switch (refusal._tag) {
    case "KeyIsPrimary":
      return `${refusal.keyId} is the primary key. Promote another one first: oauth-manager keys promote <id>`
    case "KeyNotHeld":
      return `${source}: it holds no key ${refusal.keyId}, but ${refusal.held.join(", ")}. Only a key that is here can be promoted.`
    case "KeysRefused":
      return explain(source, refusal)
    case "KeyStillWraps":
      return `${refusal.keyId} still wraps the keys of ${ofUsers(refusal.dataKeys)}. Rewrap them first: oauth-manager keys rewrap`
    case "KeyUnknown":
      return `The deployment has no key ${refusal.keyId}. See those that it has: oauth-manager keys list`
    case "RepositoryUnavailable":
      return "DATABASE_URL: the database did not answer in time"
    case "KeyringRefused":
      return refusal.message
    case "VaultFailed":
      return `${source}: ${refusal.message}`
  }
}

/** Refusals in the operator's words. */
export const told = <A, R>(work: Effect.Effect<A, Refusal, R>) =>
  Effect.flatMap(OperatorSettings, (settings) =>
    Effect.mapError(work, (refusal) => new CommandFailed({ message: tell(keySource(settings), refusal) }))
  )
