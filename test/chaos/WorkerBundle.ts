import { Effect } from "effect"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "vite"

// Within the project, so that what is not bundled is found
const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url))

const bundle = async (script: string): Promise<string> => {
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, "oauth-manager-worker-"))
  await build({
    configFile: false,
    logLevel: "error",
    // Its exports are found when it runs alone
    ssr: { noExternal: true, external: ["undici"] },
    build: {
      ssr: fileURLToPath(new URL(`${script}.ts`, import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      target: "node24",
      minify: false,
      rolldownOptions: { output: { entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" } }
    }
  })
  return folder
}

/** A script of this folder as one file: it starts in a fifth of the time, and hundreds are started. It goes with the scope. */
export const bundleOf = (script: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => bundle(script)),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    ),
    (folder) => join(folder, `${script}.mjs`)
  )

export const workerBundle = bundleOf("RefreshWorker")
