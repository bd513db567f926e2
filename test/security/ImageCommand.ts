import { readFileSync } from "node:fs"

const dockerfile = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8")

/** How the image starts Node. */
export const [program = "", ...argv]: ReadonlyArray<string> = JSON.parse(
  /^ENTRYPOINT (\[[^\]]*\])/m.exec(dockerfile)?.[1]?.replaceAll("\\\n", "") ?? "[]"
)

/** The options of Node's, before the server's file. */
export const flags: ReadonlyArray<string> = argv.slice(0, -1)
