import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const oxfmt = fileURLToPath(new URL("../../node_modules/.bin/oxfmt", import.meta.url))

/** Compares with a file beside this one, written as the formatter writes it; `vitest -u` accepts what has changed. */
export const assertSnapshot = (name: string, text: string): Effect.Effect<void> =>
  Effect.promise(() => expect(text).toMatchFileSnapshot(fileURLToPath(new URL(name, import.meta.url))))

export const formatJson = (name: string, value: unknown): string =>
  execFileSync(oxfmt, [`--stdin-filepath=${name}`], { input: JSON.stringify(value, null, 2), encoding: "utf8" })
