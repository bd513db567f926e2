import type { Broken } from "./Broken.ts"
import { sample } from "../SamplePlugin.ts"

const { location, scopes } = sample
const endpoints = location.kind === "endpoints" ? location.endpoints : undefined

/** Plugins that are wrong by themselves. */
export const manifests: ReadonlyArray<Broken> = [
  [
    "identifies the account by its e-mail address",
    { identity: { kind: "userinfo", id: "data.email", email: "data.email" } },
    {},
    "the manifest tells where each part of the account stands",
    "identity.id: must not be data.email, since an e-mail address can change hands"
  ],
  [
    "has a hook that changes what it is given",
    {
      hooks: {
        account: (body: Record<string, unknown>) => {
          delete body["data"]
          return { id: "1" }
        }
      }
    },
    {},
    "a hook: account is pure",
    'what hooks.account was given is "{}", and should be "{\\"data\\":{\\"name\\":\\"Ada Lovelace\\",\\"email\\":\\"ada@example.org\\",\\"id\\":\\"00000000-0000-4000-8000-000000000001\\"}}"'
  ],
  [
    "has a hook that invents a meaning",
    { hooks: { classifyError: () => "reconnect" } },
    {},
    "a hook: classifyError answers with a meaning of the contract",
    'hooks.classifyError answers "reconnect", which is no meaning of an error'
  ],
  [
    "describes a scope by its name",
    { scopes: [scopes[0], { ...scopes[1], description: "notes" }] },
    {},
    "the manifest describes scopes, features and capabilities for people",
    "scopes.1.description: must tell people what notes opens, in more words than its title"
  ],
  [
    "has a placeholder where nothing fills it in",
    { location: { ...location, endpoints: { ...endpoints, token: "https://sample.example/token/{region}" } } },
    {},
    "the manifest is one of this contract",
    "location.endpoints.token: {region} is no setting of the plugin"
  ],
  [
    "tells nobody where to withdraw access",
    { revocation: { kind: "unsupported" } },
    {},
    "the manifest says how the provider is shown, and where access is withdrawn",
    "links.manageAccess: must say where users withdraw access, since revocation is unsupported"
  ],
  [
    "is no manifest",
    { pkce: "optional", refreshTokens: { rotation: "sometimes" } },
    {},
    "the manifest is one of this contract",
    "pkce: must be required or unsupported\nrefreshTokens.rotation: must be static, overlap, strict or an object"
  ]
]
