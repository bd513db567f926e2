import type { IntegrationId } from "@oauth-manager/domain"
import { Data } from "effect"

/** The integration is disconnected, or being so: nothing can be done with it but connect anew. */
export class Disconnected extends Data.TaggedError("Disconnected")<{ readonly integrationId: IntegrationId }> {}
