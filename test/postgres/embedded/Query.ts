import { Effect, Redacted } from "effect"
import pg from "pg"

/** Runs one statement on a connection of its own and answers with its rows. */
export const query = (url: string | Redacted.Redacted<string>, statement: string) =>
  Effect.promise(async () => {
    const client = new pg.Client({ connectionString: Redacted.isRedacted(url) ? Redacted.value(url) : url })
    await client.connect()
    try {
      return (await client.query(statement)).rows
    } finally {
      await client.end()
    }
  })
