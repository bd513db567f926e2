import { Array, Option } from "effect"
import type { DeploymentKey } from "../ports/KeyRepository.ts"

export const primaryOf = (known: ReadonlyArray<DeploymentKey>): Option.Option<DeploymentKey> =>
  Array.findFirst(known, ({ isPrimary }) => isPrimary)

/**
 * The key that a server with the keys `held` wraps new data keys with: the deployment's primary, so that servers which disagree about
 * their first key do not wrap against each other; where it lacks that one, its first that the deployment knows.
 */
export const wrappingKeyOf = (
  known: ReadonlyArray<DeploymentKey>,
  held: ReadonlyArray<string>
): Option.Option<string> => {
  const primary = Option.filter(primaryOf(known), ({ id }) => held.includes(id))
  return Option.isSome(primary)
    ? Option.some(primary.value.id)
    : Array.findFirst(held, (id) => known.some((key) => key.id === id))
}
