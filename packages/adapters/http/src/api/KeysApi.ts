import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authentication } from "./Authentication.ts"
import { KeyRotationView, KeyView } from "./KeyView.ts"
import { pageOf, pageQuery } from "./Paging.ts"
import { onBodies, onDeployment } from "./problems/Problems.ts"

/** `data_keys`: every user's data key is replaced, and all that is sealed under it sealed anew. */
export const RotateKeysBody = Schema.Struct({ data_keys: Schema.optionalKey(Schema.Boolean) }).annotate({
  identifier: "RotateKeys"
})

export const KeysApi = HttpApiGroup.make("keys")
  .add(
    HttpApiEndpoint.get("list", "/v1/keys", {
      query: pageQuery,
      success: Schema.Struct({ ...pageOf(KeyView).fields, rotation: KeyRotationView }),
      error: onDeployment
    }).annotate(OpenApi.Summary, "List the key-encryption keys, and how far their rotation has come"),
    HttpApiEndpoint.post("rotate", "/v1/keys/rotation", {
      payload: RotateKeysBody,
      success: KeyRotationView.pipe(HttpApiSchema.status(202)),
      error: [...onDeployment, ...onBodies]
    }).annotate(OpenApi.Summary, "Begin at once what the background does anyway, or have data keys replaced")
  )
  .middleware(Authentication)
  .annotate(OpenApi.Title, "Keys")
