import type { RegisteredProvider } from "@oauth-manager/application"
import type { Rotation } from "@oauth-manager/provider-sdk"
import { variant } from "./Providers.ts"

/** Providers that are called as they rotate. */
export const rotating = (rotation: "static" | "overlap" | "grace" | "strict"): RegisteredProvider => {
  const declared: Rotation = rotation === "grace" ? { grace: 60 } : rotation
  return variant(rotation, { refreshTokens: { rotation: declared } })
}

export const rotations = ["static", "overlap", "grace", "strict"] as const
