import { Effect } from "effect"
import type { JsonObject, ProviderDefinition } from "../../index.ts"
import type { Case, CaseGroup } from "../Case.ts"
import { probes } from "../ErrorRules.ts"
import { equals, holds } from "../Expectation.ts"
import type { Subject } from "../Subject.ts"
import { accountBody, ada } from "../simulator/Accounts.ts"
import { errorBody } from "../simulator/ErrorShape.ts"

type HookName = keyof NonNullable<ProviderDefinition["hooks"]>

const outcome = (hook: () => unknown): string => {
  try {
    return JSON.stringify(hook()) ?? "undefined"
  } catch (error) {
    return `throws ${String(error)}`
  }
}

/** The same question twice has the same answer, and the question stays as it was. */
const isPure = (
  name: HookName,
  calls: (subject: Subject) => ReadonlyArray<readonly [JsonObject, (input: JsonObject) => unknown]>
): Case => ({
  name: `${name} is pure`,
  applies: ({ hooks }) => hooks?.[name] !== undefined,
  run: (world) =>
    Effect.forEach(calls(world), ([input, call]) => {
      const given = structuredClone(input)
      const before = JSON.stringify(given)
      const answers = [outcome(() => call(given)), outcome(() => call(given))]
      return Effect.all([
        equals(`hooks.${name}, asked twice about ${before},`, answers[1], answers[0]),
        equals(`what hooks.${name} was given`, JSON.stringify(given), before)
      ])
    })
})

const errorsOf = ({ options, truth }: Subject) => [
  ...probes(truth).map(({ content, place, status }) => ({
    place,
    status,
    body: errorBody(truth.errors, content, place)
  })),
  ...(options.documentedErrors ?? []).map(({ at, body, status = 400 }) => ({ place: at, status, body })),
  { place: "refresh" as const, status: 400, body: errorBody(truth.errors, { code: "invalid_grant" }) },
  { place: "exchange" as const, status: 400, body: {} }
]

const meanings: ReadonlySet<unknown> = new Set([
  undefined,
  "retry",
  "reauthorize",
  "admin_action",
  "misconfigured",
  "restart_flow"
])

const attempted = (hook: () => unknown): unknown => {
  try {
    return hook()
  } catch {
    return undefined
  }
}

export const hooks: CaseGroup = {
  title: "a hook:",
  cases: [
    isPure("tokenResponse", ({ definition, options }) =>
      [
        { access_token: "access", token_type: "Bearer" },
        ...(options.documentedTokens ?? []).map(({ body }) => body)
      ].map((body) => [body, (input) => definition.hooks?.tokenResponse?.(input)])
    ),
    isPure("account", ({ definition, options }) =>
      [accountBody(definition.identity, ada), {}, ...(options.documentedAccounts ?? []).map(({ body }) => body)].map(
        (body) => [body, (input) => definition.hooks?.account?.(input)]
      )
    ),
    isPure("acceptsIdentity", ({ definition, options, settings }) =>
      [accountBody(definition.identity, ada), { ...options.claims }].map((claims) => [
        claims,
        (input) => definition.hooks?.acceptsIdentity?.(input, settings)
      ])
    ),
    isPure("classifyError", (subject) =>
      errorsOf(subject).map((error) => [
        error.body,
        (body) => subject.definition.hooks?.classifyError?.({ ...error, body })
      ])
    ),
    {
      name: "classifyError answers with a meaning of the contract",
      applies: ({ hooks }) => hooks?.classifyError !== undefined,
      run: (world) =>
        Effect.forEach(errorsOf(world), (error) => {
          const answer = attempted(() => world.definition.hooks?.classifyError?.(structuredClone(error)))
          return holds(
            meanings.has(answer),
            `hooks.classifyError answers ${JSON.stringify(answer)}, which is no meaning of an error`
          )
        })
    }
  ]
}
