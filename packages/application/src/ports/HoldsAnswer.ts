import { Context } from "effect"

/**
 * Whether a provider has answered what cannot be asked again: then the event is written also while a further sink of the trail takes none,
 * since a rotated token must not be lost to it.
 */
export const HoldsAnswer = Context.Reference<boolean>("@oauth-manager/application/ports/HoldsAnswer", {
  defaultValue: () => false
})
