import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { onBodies, onDeployment, Problems } from "./problems/Problems.ts"
import { AffectedIntegrationView, ScopePolicyBody, ScopePolicyView } from "./ScopePolicyView.ts"

const ofProvider = { provider: Schema.String }

const onDrafts = [
  ...onDeployment,
  ...onBodies,
  Problems.not_found,
  Problems.policy_outdated,
  Problems.unknown_scope,
  Problems.unknown_feature
] as const

export const ScopePoliciesApi = HttpApiGroup.make("scopePolicies")
  .add(
    HttpApiEndpoint.get("list", "/v1/scope-policies", {
      query: pageQuery,
      success: pageOf(ScopePolicyView),
      error: onDeployment
    }).annotate(OpenApi.Summary, "List the policies that the tenant has written, by provider"),
    HttpApiEndpoint.get("get", "/v1/scope-policies/:provider", {
      params: ofProvider,
      success: ScopePolicyView,
      error: [...onDeployment, Problems.not_found]
    }).annotate(OpenApi.Summary, "Show what the tenant allows at a provider"),
    HttpApiEndpoint.put("put", "/v1/scope-policies/:provider", {
      params: ofProvider,
      payload: ScopePolicyBody,
      success: ScopePolicyView,
      error: onDrafts
    }).annotate(OpenApi.Summary, "Write the next version of the policy"),
    HttpApiEndpoint.post("dryRun", "/v1/scope-policies/:provider/dry-run", {
      params: ofProvider,
      query: pageQuery,
      payload: ScopePolicyBody,
      success: pageOf(AffectedIntegrationView),
      error: onDrafts
    }).annotate(OpenApi.Summary, "List whom a policy would affect, and change nothing")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Scope policies")
