import { Data } from "effect"

/** A keyring cannot be used; `message` names its source and the entry, says what to change, and holds no key. */
export class KeyringRefused extends Data.TaggedError("KeyringRefused")<{
  /** The variable or the file that holds the keyring. */
  readonly source: string
  readonly message: string
}> {}
