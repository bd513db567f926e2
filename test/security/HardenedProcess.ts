import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { randomBytes } from "node:crypto"
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import { databaseFor, type E2eDatabase } from "../e2e/E2eDatabase.ts"
import { freePort, runToEnd } from "../e2e/Processes.ts"
import { startInGooglesPlace } from "../e2e/InGooglesPlace.ts"
import { connect, start } from "../e2e/RunningService.ts"
import { argv, flags, program } from "./ImageCommand.ts"

const canary = "canary-5e1fb2"
const vaultKey = Buffer.alloc(32, canary).toString("base64")

/** Servers start in seconds, but not beside all the other tests. */
const patience = 120_000

/** A bare Node that runs, and what it says when it opens its inspector. */
const openedInspector = async () => {
  const child = spawn(process.execPath, ["--inspect-port=0", "-e", "console.log('up');setInterval(() => 0, 1000)"])
  await once(child.stdout, "data")
  child.kill("SIGUSR1")
  const [said] = await once(child.stderr, "data")
  child.kill("SIGKILL")
  return String(said)
}

/** Rows 37, 38 and 40 as far as they are about a process of the server's. */
export const hardenedProcess = () => {
  let database: E2eDatabase
  let folder: string

  beforeAll(async () => {
    database = await databaseFor()
    folder = mkdtempSync(join(tmpdir(), "oauth-manager-hardened-"))
    chmodSync(folder, 0o755)
  })

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await database?.drop()
  })

  const place = (name: string): string => {
    const path = join(folder, name)
    mkdirSync(path)
    return path
  }

  const storage = () => ({ DATABASE_URL: database.url, VAULT_KEYS: `k1:${vaultKey}` })

  const production = () => ({
    NODE_ENV: "production",
    ...storage(),
    AUDIT_SIGNING_KEY: randomBytes(32).toString("base64"),
    AUTH_ISSUER: "https://auth.example.com",
    AUTH_AUDIENCE: "oauth-manager",
    AUTH_JWKS_URL: "https://auth.example.com/jwks.json"
  })

  it(
    "row 37: a token that stands in the database as plain text, or as another version, is never handed out",
    async () => {
      const google = await startInGooglesPlace()
      const service = await start(place("data"), { ...google.env, ...storage() }, { flags })
      const client = new pg.Client(database.url)
      await client.connect()
      try {
        const integration = await connect(service, "ada", { provider: "google" }, google.browser)
        const worker = await service.token("worker", "service")
        const path = `/v1/users/ada/integrations/${integration.id}/token`
        const read = () => service.api("POST", path, { bearer: worker })
        assert.strictEqual((await read()).status, 200)
        const { rows } = await client.query("SELECT access_token FROM oauth_manager.tokens")
        const sealed: Buffer = rows[0].access_token
        const versions = [0, 2, 255].map((version) => Buffer.concat([Buffer.of(version), sealed.subarray(1)]))
        const noTag = Buffer.concat([sealed.subarray(0, -16), Buffer.alloc(16)])
        for (const stored of [Buffer.from(canary.repeat(8)), ...versions, noTag, sealed.subarray(0, -16)]) {
          await client.query("UPDATE oauth_manager.tokens SET access_token = $1", [stored])
          const { body, status } = await read()
          assert.isAtLeast(status, 500)
          assert.notInclude(JSON.stringify(body), canary)
        }
        await client.query("UPDATE oauth_manager.tokens SET access_token = $1", [sealed])
        assert.strictEqual((await read()).status, 200)
        assert.notInclude(service.output(), canary)
      } finally {
        await client.end()
        await service.stop()
        await google.stop()
      }
    },
    patience
  )

  it("row 40: the image's Node runs no code from strings, has no __proto__, no addons and no environment in reports", () => {
    assert.strictEqual(program, "node")
    assert.strictEqual(argv.at(-1), "apps/server/src/main.ts")
    const script = `
      const tried = (work) => { try { work(); return "done" } catch { return "refused" } }
      console.log(JSON.stringify([
        tried(() => eval("1")), tried(() => new Function("")), "__proto__" in {}, process.report.excludeEnv,
        tried(() => process.dlopen({ exports: {} }, "/dev/null/x.node")), process.execArgv.includes("--disable-sigusr1")
      ]))`
    const printed = execFileSync(process.execPath, [...flags, "-e", script], { encoding: "utf8" })
    assert.deepStrictEqual(JSON.parse(printed), ["refused", "refused", false, true, "refused", true])
  })

  const started = async (name: string, options: ReadonlyArray<string>, env: Record<string, string>) => {
    const cwd = place(name)
    const inspector = await freePort()
    const flags = [...options, `--inspect-port=${inspector}`]
    return { ...(await start(place(`${name}-data`), { ...production(), ...env }, { cwd, flags })), cwd, inspector }
  }

  it(
    "row 40: neither a signal nor a crash opens a server's inspector, or leaves its memory in a file",
    async () => {
      const reports = "--report-on-signal --report-on-fatalerror --report-uncaught-exception"
      const services = await Promise.all([
        started("image", flags, {}),
        // Without the image's options the server keeps itself shut
        started("bare", [], { NODE_OPTIONS: reports })
      ])
      for (const service of services) service.process.kill("SIGUSR1")
      assert.include(await openedInspector(), "Debugger listening")
      for (const { api, cwd, inspector, output, process: child } of services) {
        assert.strictEqual((await api("GET", "/health/live")).status, 200)
        const isOpen = await fetch(`http://127.0.0.1:${inspector}/json`).then(
          () => true,
          () => false
        )
        assert.isFalse(isOpen)
        const ended = once(child, "exit")
        child.kill("SIGUSR2")
        await ended
        assert.deepStrictEqual(readdirSync(cwd), [])
        assert.notInclude(output(), "Debugger listening")
        assert.notInclude(output(), vaultKey.slice(0, 16))
      }
    },
    patience
  )

  it("row 40: a server whose inspector is open, or could be made to open, does not start in production", async () => {
    const { code, output } = await runToEnd("apps/server/src/main.ts", production(), ["serve"], {
      flags: ["--inspect=127.0.0.1:0"]
    })
    assert.strictEqual(code, 1)
    assert.include(output, "--inspect lets whoever reaches its port read all secrets")
  })

  it("row 40: a program that may be run but not read, as the image's Node, leaves no core dump whatever its limit", () => {
    assert.match(
      readFileSync("Dockerfile", "utf8"),
      /chmod 0711 "\$\(readlink -f "\$\(command -v node\)"\)"\nUSER node/
    )
    const own = join(place("program"), "node")
    copyFileSync(process.execPath, own)
    chmodSync(own, 0o111)
    const cwd = place("dumps")
    chmodSync(cwd, 0o777)
    const script = `
      globalThis.canary = "${canary}"
      console.log(require("node:fs").statSync("/proc/self/environ").uid === process.getuid())
      process.abort()`
    const isRoot = process.getuid?.() === 0
    const { signal, stdout } = spawnSync("sh", ["-c", `ulimit -c "$(ulimit -H -c)"; exec "$0" -e "$1"`, own, script], {
      cwd,
      encoding: "utf8",
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {})
    })
    assert.strictEqual(signal, "SIGABRT")
    assert.strictEqual(stdout, "false\n")
    assert.deepStrictEqual(readdirSync(cwd), [])
  })
}
