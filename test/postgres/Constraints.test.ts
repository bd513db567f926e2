import {
  AuthorizationError,
  AuthorizationStatus,
  IntegrationStatus,
  ProblemCode,
  Revocation,
  Role
} from "@oauth-manager/domain"
import { IntegrationRepository } from "@oauth-manager/application"
import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Result } from "effect"
import { anIntegration, aScope } from "../fakes/Samples.ts"
import { portsLayer, TestDatabase } from "./TestDatabase.ts"

const enumerations = [
  ["integrations", "status", IntegrationStatus.literals],
  ["integrations", "problem_code", ProblemCode.literals],
  ["integrations", "revocation", Revocation.literals],
  ["authorizations", "status", AuthorizationStatus.literals],
  ["authorizations", "error", AuthorizationError.literals],
  ["audit_events", "actor_role", [...Role.literals, "none"]]
] as const

layer(portsLayer, { excludeTestServices: true })("The tables", (it) => {
  it.effect("take exactly the values that the domain knows", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      for (const [table, column, known] of enumerations) {
        const [row] = yield* superuser<{ definition: string }>`SELECT pg_get_constraintdef(oid) AS definition
          FROM pg_constraint WHERE conname = ${`${table}_${column}_check`}`
        const taken = row?.definition.match(/(?<=')[a-z_]+(?='::text)/g) ?? []
        assert.deepStrictEqual(taken.toSorted(), [...known].toSorted(), `${table}.${column}`)
      }
    })
  )

  it.effect("refuse what the domain refuses: too long, empty or half a value", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const integrations = yield* IntegrationRepository
      const integration = anIntegration(aScope())
      yield* integrations.insert(integration.owner, integration)
      const changes = [
        "tenant_id = ''",
        "user_id = repeat('x', 256)",
        "requested_scopes = ARRAY['openid', NULL]",
        "problem_code = 'grant_revoked'",
        "status = 'lost'"
      ]
      for (const change of changes) {
        const result = yield* Effect.result(
          superuser.unsafe(`UPDATE oauth_manager.integrations SET ${change} WHERE id = '${integration.id}'`)
        )
        assert.strictEqual(Result.isFailure(result) && result.failure.reason._tag, "ConstraintError", change)
      }
    })
  )

  it.effect("a row that the domain cannot read is a defect that names the column and no value", () =>
    Effect.gen(function* () {
      const { superuser } = yield* TestDatabase
      const integrations = yield* IntegrationRepository
      const integration = anIntegration(aScope())
      yield* integrations.insert(integration.owner, integration)
      yield* superuser`UPDATE oauth_manager.integrations SET provider = 'Not A Provider' WHERE id = ${integration.id}`
      const exit = yield* Effect.exit(integrations.find(integration.owner, integration.id))
      assert.isTrue(Exit.hasDies(exit))
      const told = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""
      assert.include(told, "integrations: 0.provider")
      assert.notInclude(told, "Not A Provider")
    })
  )
})
