import { type ErrorMeaning, type ErrorPlace, type JsonObject } from "../../index.ts"
import { Effect } from "effect"
import type { Case, CaseGroup } from "../Case.ts"
import { probes, type Probe, unreachable } from "../ErrorRules.ts"
import { equals, failsWith, holds } from "../Expectation.ts"
import { fault } from "../Fault.ts"
import { authorize, connect, exchange, refresh, refreshTokenOf } from "../Journey.ts"
import type { DocumentedError } from "../Options.ts"
import { json } from "../simulator/Answer.ts"
import { errorBody, errorStatus } from "../simulator/ErrorShape.ts"
import { writePath } from "../JsonTree.ts"
import { refusalOf } from "../simulator/Refusal.ts"
import { issuesRefreshTokens } from "../Traits.ts"
import { told, verdictOn } from "../Verdict.ts"
import type { World } from "../World.ts"

const outcomes: Readonly<Record<ErrorMeaning, string>> = {
  retry: "ProviderUnavailable",
  reauthorize: "GrantRefused",
  admin_action: "AdminActionRequired",
  misconfigured: "ProviderMisconfigured",
  restart_flow: "GrantRefused"
}

const outcomeOf = (means: ErrorMeaning, place: ErrorPlace): ReadonlyArray<string> => {
  if (place !== "callback") return [outcomes[means]]
  return means === "admin_action"
    ? ["CallbackRefused admin_consent_required"]
    : ["CallbackRefused provider_error", "CallbackRefused access_denied"]
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const present = (name: string, value: string | undefined): object => (value === undefined ? {} : { [name]: value })

type Outcome = Effect.Effect<
  unknown,
  Effect.Error<ReturnType<typeof exchange> | ReturnType<typeof refresh> | ReturnType<World["client"]["readCallback"]>>
>

/** What the client makes of an error, where it occurs. */
const fate = Effect.fnUntraced(function* (world: World, place: ErrorPlace, status: number, body: JsonObject) {
  const { client, provider, simulation } = world
  if (place === "callback") {
    const redirected: Outcome = client.readCallback(provider, {
      ...present("error", text(body["error"])),
      ...present("errorDescription", text(body["error_description"]))
    })
    return redirected
  }
  const operation: Outcome =
    place === "exchange"
      ? exchange(world, yield* authorize(world))
      : refresh(world, yield* refreshTokenOf(yield* connect(world)))
  simulation.on("token", () => json(body, status))
  return operation
})

const means = Effect.fnUntraced(function* (world: World, what: string, documented: DocumentedError) {
  const { definition, truth } = world
  const { at: place, body, means: wanted, status = errorStatus(truth.errors) } = documented
  const error = { place, status: place === "callback" ? 302 : status, body }
  const claim = `${what} at ${place} means ${wanted}`
  const { means: made = "retry" } = verdictOn(definition, error)
  if (outcomeOf(made, place)[0] !== outcomeOf(wanted, place)[0]) {
    return yield* fault(`${claim}, but ${told(definition, error)}`)
  }
  return yield* failsWith(`${claim}, so it`, outcomeOf(wanted, place), yield* fate(world, place, status, body))
})

const toCase = (probe: Probe): Case => ({
  name: `${probe.name} at ${probe.place} means ${probe.means}`,
  run: (world) =>
    means(world, probe.name, {
      at: probe.place,
      status: probe.status,
      means: probe.means,
      body: errorBody(world.truth.errors, probe.content, probe.place)
    })
})

const standards: ReadonlyArray<readonly [code: string, status: number, means: ErrorMeaning]> = [
  ["invalid_client", 401, "misconfigured"],
  ["temporarily_unavailable", 400, "retry"],
  ["server_error", 400, "retry"]
]

const standardCase = ([code, status, meaning]: (typeof standards)[number]): Case => ({
  name: `${code} costs no user the connection`,
  run: (world) =>
    means(world, code, { at: "exchange", status, means: meaning, body: errorBody(world.truth.errors, { code }) })
})

const codePlaces: CaseGroup["cases"] = ({ definition }) =>
  (definition.errors?.code ?? []).map((path) => ({
    name: `a code at ${path} is read`,
    run: (world) =>
      means(world, `invalid_client at ${path}`, {
        at: "exchange",
        status: 401,
        means: "misconfigured",
        body: errorBody(world.truth.errors, { code: "invalid_client" }, "exchange", path)
      })
  }))

const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

const challenge: Case = {
  name: "the claims of a challenge are passed on",
  applies: (definition) =>
    definition.acceptsClaims === true && definition.errors?.claims !== undefined && issuesRefreshTokens(definition),
  run: (world) =>
    Effect.gen(function* () {
      const { body, status } = refusalOf(world.truth, "refresh", world.options)
      const challenging = writePath(body, world.truth.errors?.claims ?? "claims", claims)
      const failure = yield* failsWith(
        "a refresh that is challenged",
        "GrantRefused",
        yield* fate(world, "refresh", status, challenging)
      )
      yield* equals(
        "the claims of the challenge (errors.claims)",
        "claims" in failure ? failure.claims : undefined,
        claims
      )
    })
}

const everyRuleCounts: Case = {
  name: "every rule can decide",
  run: ({ definition }) => {
    const dead = unreachable(definition)
    return holds(dead.length === 0, dead.join("\n"))
  }
}

export const errorClassification: CaseGroup = {
  title: "an error:",
  cases: (subject) => [
    everyRuleCounts,
    ...probes(subject.truth).map(toCase),
    ...standards.map(standardCase),
    ...(typeof codePlaces === "function" ? codePlaces(subject) : codePlaces),
    challenge
  ]
}

export const documentedErrors: CaseGroup = {
  title: "a documented error:",
  cases: ({ options }) =>
    (options.documentedErrors ?? []).map((error, index) => ({
      name: `options.documentedErrors.${index} at ${error.at} means ${error.means}`,
      run: (world) => means(world, `options.documentedErrors.${index} ${JSON.stringify(error.body)}`, error)
    }))
}
