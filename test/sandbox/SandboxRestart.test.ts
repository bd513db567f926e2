import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { connect, refresh, startSandbox, userInfo } from "./SandboxClient.ts"

const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped()).pipe(
  Effect.provide(NodeFileSystem.layer)
)

describe("the sandbox's state", () => {
  it.effect("survives a restart: tokens, keys and the port stay", () =>
    Effect.gen(function* () {
      const dataFile = `${yield* temporaryFolder}/state/sandbox.json`
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const { issuer, port } = yield* startSandbox({ dataFile })
          return { issuer, port, ...(yield* connect(issuer)) }
        })
      )
      const { issuer } = yield* startSandbox({ dataFile, port: before.port })
      assert.strictEqual(issuer, before.issuer)
      assert.strictEqual((yield* userInfo(issuer, before.accessToken)).status, 200)
      assert.strictEqual((yield* refresh(issuer, before.refreshToken)).status, 200)
    })
  )

  it.effect("is on disk before a token is answered, so that kill -9 loses none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const first = yield* startSandbox({ dataFile: `${folder}/sandbox.json`, rotateRefreshTokens: true })
      const { refreshToken } = yield* connect(first.issuer)
      const rotated = yield* refresh(first.issuer, refreshToken)
      const files = yield* FileSystem.FileSystem
      yield* files.copyFile(`${folder}/sandbox.json`, `${folder}/left-by-the-killed.json`)
      const second = yield* startSandbox({ dataFile: `${folder}/left-by-the-killed.json` })
      assert.strictEqual((yield* refresh(second.issuer, String(rotated.body["refresh_token"]))).status, 200)
      assert.strictEqual((yield* refresh(second.issuer, refreshToken)).body["error"], "invalid_grant")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("is readable by its owner alone and names no token", () =>
    Effect.gen(function* () {
      const dataFile = `${yield* temporaryFolder}/sandbox.json`
      const { issuer } = yield* startSandbox({ dataFile })
      const connected = yield* connect(issuer)
      const files = yield* FileSystem.FileSystem
      assert.strictEqual((yield* files.stat(dataFile)).mode & 0o777, 0o600)
      const content = yield* files.readFileString(dataFile)
      assert.include(content, "RefreshToken")
      assert.notInclude(content, connected.refreshToken)
      assert.notInclude(content, connected.accessToken)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("is refused by name when the file is not what was written", () =>
    Effect.gen(function* () {
      const dataFile = `${yield* temporaryFolder}/sandbox.json`
      const files = yield* FileSystem.FileSystem
      yield* files.writeFileString(dataFile, "{")
      const failure = yield* Effect.flip(startSandbox({ dataFile }))
      assert.strictEqual(failure.reason, "state_unreadable")
      assert.include(failure.message, dataFile)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
