import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { refuseOpenProcess } from "../../apps/server/src/configuration/ProcessSettings.ts"

const check = (env: Record<string, string>, argv: ReadonlyArray<string> = []) =>
  refuseOpenProcess(argv).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))))

const messageOf = (env: Record<string, string>, argv?: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(check(env, argv)), ({ message }) => message)

describe("what Node is told in production", () => {
  it.effect("may be how much memory it takes, and what it loads first", () =>
    check({ NODE_OPTIONS: "--max-old-space-size=512 --import ./telemetry.js", NODE_TLS_REJECT_UNAUTHORIZED: "1" }, [
      "--disable-sigusr1",
      "--enable-source-maps",
      "--inspect-port=0"
    ])
  )

  it.effect.each([
    "--inspect",
    "--inspect=0.0.0.0:9229",
    "--inspect-brk",
    "--inspect-wait=0",
    "--max-old-space-size=512  --inspect_brk=1",
    "--heapsnapshot-signal=SIGUSR2",
    "--heapsnapshot-near-heap-limit=3",
    "--abort-on-uncaught-exception",
    "--abort_on_uncaught_exception",
    '"--tls-keylog=/tmp/keys"',
    "--trace-tls",
    "--insecure-http-parser"
  ])("may not be %s", (option) =>
    Effect.gen(function* () {
      assert.match(yield* messageOf({ NODE_OPTIONS: option }), /^NODE_OPTIONS: refused in production, where --/)
      const argv = option.replaceAll('"', "").split(/\s+/)
      assert.match(yield* messageOf({}, argv), /^The command line of node: refused in production, where --/)
    })
  )

  it.effect.each([
    ["NODE_DEBUG", "http"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0"]
  ] as const)("may not be %s=%s", ([name, value]) =>
    Effect.map(messageOf({ [name]: value }), (message) => assert.isTrue(message.startsWith(`${name}: `), message))
  )
})
