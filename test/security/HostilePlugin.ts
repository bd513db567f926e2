import type { Hooks, JsonObject } from "@oauth-manager/provider-sdk"

/** What a hook was handed, and whether it got to change the server. */
export interface Loot {
  readonly handed: Array<ReadonlyArray<unknown>>
  readonly polluted: Array<string>
}

const attempts: ReadonlyArray<readonly [name: string, attempt: (value: JsonObject) => unknown]> = [
  // oxlint-disable-next-line eslint/no-extend-native -- that it cannot be done is what is tested
  ["a member of Object.prototype", () => Object.defineProperty(Object.prototype, "isAdmin", { value: true })],
  ["an assignment to Object.prototype", () => Reflect.set(Object.prototype, "isAdmin", true)],
  ["the prototype of what it was handed", (value) => Reflect.set(Object.getPrototypeOf(value), "isAdmin", true)],
  ["__proto__", (value) => Object.assign(value["__proto__"] as object, { isAdmin: true })],
  ["a member of Array.prototype", () => Reflect.set(Array.prototype, "isAdmin", true)]
]

/** Hooks that answer as they should after they have tried to change everybody's objects, and kept what they were handed. */
export const polluting = (loot: Loot): Hooks => {
  const spoil = (...handed: ReadonlyArray<unknown>): void => {
    loot.handed.push(handed)
    for (const [name, attempt] of attempts) {
      try {
        attempt(handed[0] as JsonObject)
      } catch {
        // A hostile hook carries on
      }
      if ("isAdmin" in {} || "isAdmin" in []) loot.polluted.push(name)
    }
  }
  return {
    tokenResponse: (...handed: [JsonObject]) => {
      spoil(...handed)
      return handed[0]
    },
    account: (...handed: [JsonObject]) => {
      spoil(...handed)
      return { id: String(handed[0]["sub"]) }
    },
    acceptsIdentity: (...handed) => {
      spoil(...handed)
      return true
    },
    classifyError: (...handed) => {
      spoil(...handed)
      return undefined
    }
  }
}

/** Answers that would bring the server's own objects, or what comes of I/O, back into it. */
export const smuggled: ReadonlyArray<readonly [what: string, answer: () => unknown]> = [
  ["what fetch brings", () => fetch("http://127.0.0.1:1/").then((response) => response.json())],
  ["what a module reads", () => import("node:fs/promises").then((fs) => fs.readFile("/etc/passwd", "utf8"))],
  ["the environment, in a promise", async () => ({ access_token: process.env["PATH"] })],
  ["a function", () => ({ access_token: () => "canary" })],
  [
    "a getter that throws",
    () =>
      Object.defineProperty({}, "access_token", {
        enumerable: true,
        get: () => {
          throw new Error("canary")
        }
      })
  ],
  [
    "a proxy",
    () =>
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("canary")
          }
        }
      )
  ]
]
