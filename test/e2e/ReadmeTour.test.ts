import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { databaseFor, type E2eDatabase } from "./E2eDatabase.ts"
import { freePort } from "./Processes.ts"
import { type RunningService, start, temporaryFolder } from "./RunningService.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

let database: E2eDatabase
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let service: RunningService
let sandboxPort: number

beforeAll(async () => {
  database = await databaseFor()
  folder = await temporaryFolder()
  sandboxPort = await freePort()
  service = await start(folder.path, { DATABASE_URL: database.url, SANDBOX_PORT: String(sandboxPort) })
})

afterAll(async () => {
  await service?.stop()
  await folder?.remove()
  await database?.drop()
})

/** The tour's commands as they stand, but for the ports, which are taken where the tests run. */
const tour = (): string => {
  const text = readFileSync(`${root}/README.md`, "utf8")
  const section = text.slice(text.indexOf("## A tour"), text.indexOf("## How it is built"))
  return [...section.matchAll(/```sh\n(.*?)```/gs)]
    .map(([, commands]) => commands)
    .join("\n")
    .replaceAll("http://localhost:8002", service.baseUrl)
    .replaceAll("localhost:8003", `localhost:${sandboxPort}`)
    .replaceAll("/tmp/jar", `${folder.path}/jar`)
}

describe("the README's tour", () => {
  it("works when it is pasted as it stands", async () => {
    // Node gives the child a socket for its input, which bash may take for a remote login and read its start-up files.
    const { stdout, stderr } = await promisify(execFile)("bash", ["--norc", "-eu", "-c", tour()], {
      cwd: root,
      env: { ...process.env, DATA_DIR: folder.path }
    })
    assert.strictEqual(stderr, "")
    assert.include(stdout, '"authorization_url"')
    assert.include(stdout, '"status":"active"')
    assert.include(stdout, '"email":"ada@sandbox.test"')
    assert.include(stdout, '"revocation":"revoked"')
    assert.match(stdout, /\n401\n$/)
  })
})
