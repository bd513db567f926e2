import { ConsentRepository } from "@oauth-manager/application"
import { assert } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { ada, namesake } from "../application/Journey.ts"
import { returnTo } from "../fakes/MemoryPorts.ts"
import { now } from "../http/JwtIssuer.ts"
import type { Operation } from "../http/OpenApiDocument.ts"
import { call } from "../http/TestApi.ts"
import { accessRules, type AccessRule, type Asker, expected } from "./AccessRules.ts"
import { connectedPerson, type ConnectedPerson, tenantClaim, tokenFor } from "./SecuredApi.ts"

const bodies: Record<NonNullable<AccessRule["body"]>, (person: ConnectedPerson) => unknown> = {
  authorization: () => ({ provider: "sandbox", return_to: returnTo }),
  completion: ({ completionToken }) => ({ completion_token: Redacted.value(completionToken) }),
  activation: () => ({ provider: "sandbox", return_to: returnTo }),
  empty: () => ({})
}

const consentOf = ({ integration, scope }: ConnectedPerson) =>
  ConsentRepository.use((consents) => consents.ofIntegration(scope, integration.id)).pipe(
    Effect.map(([consent]) => consent?.id ?? "")
  )

/** The id of the person's own thing that the path is about. */
const itemOf = (path: string, person: ConnectedPerson): Effect.Effect<string, unknown, ConsentRepository> => {
  if (path.includes("/authorizations/")) return Effect.succeed(person.authorization.id)
  if (path.includes("/consents/")) return consentOf(person)
  return Effect.succeed(person.integration.id)
}

export const requestOf = Effect.fnUntraced(function* ({ method, path }: Operation, person: ConnectedPerson) {
  const rule = accessRules[`${method} ${path}`]
  const item = yield* itemOf(path, person)
  const filled = path
    .replace("{user}", person.scope.user)
    .replace("{provider}", "sandbox")
    .replace("{feature}", "sandbox.notes.read")
    .replace("{id}", item)
  return {
    path: path.endsWith("consent-texts") ? `${filled}?provider=sandbox` : filled,
    item,
    body: rule?.body === undefined ? {} : { body: bodies[rule.body](person) }
  }
})

const bearerOf = ({ credential, is, roles }: Asker, { scope }: ConnectedPerson) => {
  if (credential === "none") return Effect.succeed(undefined)
  const isNamed = is === "the person" || is === "the namesake in another tenant"
  const isForeign = is === "of another tenant" || is === "the namesake in another tenant"
  return tokenFor(isNamed ? scope.user : `asker-of-${scope.user}`, roles, {
    [tenantClaim]: isForeign ? namesake.tenant : ada.tenant,
    ...(credential === "expired" ? { exp: now - 60 } : {})
  })
}

/** Asks as `asker` for what belongs to a person who has done nothing before, and compares with the rule; `anybody` where the path names nobody. */
export const ask = Effect.fnUntraced(function* (operation: Operation, asker: Asker, anybody: ConnectedPerson) {
  const name = `${operation.method} ${operation.path} by ${asker.name}`
  const rule = accessRules[`${operation.method} ${operation.path}`]
  if (rule === undefined) return assert.fail(`${name}: no rule covers the route`)
  const person = operation.path.includes("{user}") ? yield* connectedPerson : anybody
  const { body, item, path } = yield* requestOf(operation, person)
  const bearer = yield* bearerOf(asker, person)
  const answer = yield* call(operation.method, path, { ...body, ...(bearer === undefined ? {} : { bearer }) })
  assert.include(expected(rule, asker), answer.status, `${name}: ${answer.text}`)
  const isOwn = asker.is === "the person" || asker.is === "another"
  if (isOwn && answer.status < 300) return
  const { account, id } = person.integration
  for (const own of [id, person.authorization.id, account.id, account.name ?? id, item]) {
    assert.notInclude(answer.text, own, name)
  }
  // Whatever they asked, nothing has become of it
  const owner = yield* tokenFor(person.scope.user, ["user"])
  const { integration, scope } = person
  const after = yield* call("GET", `/v1/users/${scope.user}/integrations/${integration.id}`, { bearer: owner })
  assert.strictEqual(after.body.status, "active", name)
})
