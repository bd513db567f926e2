import type { RegisteredProvider } from "@oauth-manager/application"
import { Scope } from "@oauth-manager/domain"
import type { Rotation } from "@oauth-manager/provider-sdk"
import { Redacted } from "effect"
import { deployed, sample } from "../oauth/Sample.ts"
import { clientId, clientSecret } from "../simulators/RotatingAuthorizationServer.ts"
import type { SimulatedRotation } from "../simulators/RotatingGrant.ts"

/** What the plugin says of the provider, and what the simulated provider does: of each rotation class. */
export const rotations = {
  static: { declared: "static", simulated: "static" },
  overlap: { declared: "overlap", simulated: "overlap" },
  grace: { declared: { grace: 600 }, simulated: { graceMilliseconds: 600_000 } },
  strict: { declared: "strict", simulated: "strict" }
} as const satisfies Record<string, { readonly declared: Rotation; readonly simulated: SimulatedRotation }>

export type RotationClass = keyof typeof rotations

export const rotationClasses = Object.keys(rotations) as ReadonlyArray<RotationClass>

export const scopes = [Scope.make("notes")]

/** The plugin of the simulated provider at `issuer`, with its credentials. */
export const chaosProvider = (issuer: string, rotation: RotationClass): RegisteredProvider =>
  deployed(
    sample(issuer, {
      id: "chaos",
      name: "Chaos",
      features: [{ id: "chaos.notes", title: "Notes", scopes: ["notes"] }],
      location: {
        kind: "endpoints",
        issuer,
        endpoints: {
          authorization: `${issuer}/auth`,
          token: `${issuer}/token`,
          revocation: `${issuer}/revoke`,
          jwks: `${issuer}/jwks`
        }
      },
      refreshTokens: { rotation: rotations[rotation].declared }
    }),
    { credentials: { clientId, clientSecret: Redacted.make(clientSecret) } }
  )
