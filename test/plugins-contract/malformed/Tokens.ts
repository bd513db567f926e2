import { manifest } from "../Manifest.ts"
import { type Malformed } from "./Malformed.ts"

export const tokens: ReadonlyArray<Malformed> = [
  [
    "has a lifetime of no seconds",
    manifest({ accessTokenLifetime: 0 }),
    ["accessTokenLifetime: must be whole seconds from 1 to 315360000"]
  ],
  ["has a lifetime as text", manifest({ accessTokenLifetime: "1 hour" }), ["accessTokenLifetime: must be a number"]],
  [
    "says of refresh tokens that there are some",
    manifest({ refreshTokens: true }),
    ["refreshTokens: must be an object or false"]
  ],
  [
    "does not say how refresh tokens rotate",
    manifest({ refreshTokens: {} }),
    ["refreshTokens.rotation: is missing; it must be static, overlap, strict or an object"]
  ],
  [
    "rotates at times",
    manifest({ refreshTokens: { rotation: "sometimes" } }),
    ["refreshTokens.rotation: must be static, overlap, strict or an object"]
  ],
  [
    "rotates with a grace of no seconds",
    manifest({ refreshTokens: { rotation: { grace: 0 } } }),
    ["refreshTokens.rotation.grace: must be whole seconds from 1 to 315360000"]
  ],
  [
    "has a refresh token lifetime without its text",
    manifest({ refreshTokens: { rotation: "static", lifetimes: [{ code: "idle", since: "unused", seconds: 60 }] } }),
    ["refreshTokens.lifetimes.0.text: is missing; it must be 1 to 500 characters of one line"]
  ],
  [
    "has a lifetime on a condition that is no setting",
    manifest({
      refreshTokens: {
        rotation: "static",
        lifetimes: [
          {
            code: "idle",
            since: "unused",
            seconds: 60,
            text: "Unused tokens die.",
            onlyIf: { setting: "mode", is: "test" }
          }
        ]
      }
    }),
    ["refreshTokens.lifetimes.0.onlyIf.setting: must be among settings"]
  ],
  [
    "keeps no refresh token alive",
    manifest({ refreshTokens: { rotation: "static", mostForAccount: 0 } }),
    ["refreshTokens.mostForAccount: must be 1 to 100000"]
  ],
  [
    "names its revocation alone",
    manifest({ revocation: "rfc7009" }),
    ["revocation: must be an object whose kind is rfc7009, request or unsupported"]
  ],
  [
    "revokes in an unknown way",
    manifest({ revocation: { kind: "rfc9999" } }),
    ["revocation.kind: must be rfc7009, request or unsupported"]
  ],
  [
    "does not say how far revocation reaches",
    manifest({ revocation: { kind: "rfc7009" } }),
    ["revocation.reach: is missing; it must be token or grant"]
  ],
  [
    "revokes by GET",
    manifest({ revocation: { kind: "request", reach: "token", method: "GET", body: {} } }),
    ["revocation.method: must be POST or DELETE"]
  ],
  [
    "revokes at no endpoint",
    manifest({
      location: {
        kind: "endpoints",
        endpoints: {
          authorization: "https://acme.example/authorize",
          token: "https://acme.example/token",
          userinfo: "https://acme.example/me"
        }
      }
    }),
    ["location.endpoints.revocation: must be given, since revocation uses it"]
  ],
  [
    "has a shared grant whose project is no expression",
    manifest({ sharedGrant: { group: "acme", project: "(" } }),
    ["sharedGrant.project: must be a regular expression"]
  ],
  [
    "has a shared grant with a group in capitals",
    manifest({ sharedGrant: { group: "ACME" } }),
    ["sharedGrant.group: must be lower-case letters, digits or hyphens"]
  ]
]
