import { Effect, Redacted } from "effect"
import type { TestProject } from "vitest/node"
import * as SystemPrograms from "./SystemPrograms.ts"
import { createTemplate, dropDatabase, serverVersion } from "./postgres/TestDatabase.ts"
import { startTemporary } from "./postgres/TemporaryPostgres.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** The superuser's URL of the PostgreSQL server that the tests use. */
    readonly postgresUrl: string
    /** A migrated database of that server, from which each test file copies its own. */
    readonly postgresTemplate: string
  }
}

/** One PostgreSQL server for the whole run: that of TEST_DATABASE_URL, else a temporary one. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const given = process.env["TEST_DATABASE_URL"]
  const server = given === undefined ? await startTemporary() : { url: given, stop: async () => undefined }
  const url = Redacted.make(server.url)
  try {
    const version = await Effect.runPromise(serverVersion(url))
    console.log(
      `PostgreSQL ${version}: ${given === undefined ? "a temporary server" : "the server of TEST_DATABASE_URL"}`
    )
    for (const { names, package: name, tests, variable } of SystemPrograms.missing) {
      console.log(`No ${names[0]}: ${tests} is left out. Install ${name} (Debian), or name the program in ${variable}.`)
    }
    const template = await Effect.runPromise(createTemplate(url))
    project.provide("postgresUrl", server.url)
    project.provide("postgresTemplate", template)
    return async () => {
      await Effect.runPromise(dropDatabase(url, template))
      await server.stop()
    }
  } catch (cause) {
    await server.stop()
    throw cause
  }
}
