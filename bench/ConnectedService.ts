import { join } from "node:path"
import { connect, type RunningService, start as startService } from "../test/e2e/RunningService.ts"
import type { Target } from "./Load.ts"

export interface ConnectedService {
  readonly service: RunningService
  /** A warm read of the one token that is connected. */
  readonly tokenRead: Target
}

/** Runs the service on `databaseUrl`, with one sandbox account connected. */
export const start = async (databaseUrl: string, folder: string): Promise<ConnectedService> => {
  const service = await startService(join(folder, "data"), { DATABASE_URL: databaseUrl, LOG_LEVEL: "warn" })
  const { id } = await connect(service, "ada")
  const bearer = await service.token("bench", "service")
  return {
    service,
    tokenRead: {
      name: "OAuth Manager: warm token read",
      url: `${service.baseUrl}/v1/users/ada/integrations/${id}/token`,
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: "{}"
    }
  }
}
