export * as AddressRules from "./egress/AddressRules.ts"
export * as GuardedHttpClient from "./egress/GuardedHttpClient.ts"
export * as Oauth4webapiClient from "./Oauth4webapiClient.ts"
export * as TokenEndpointAddress from "./TokenEndpointAddress.ts"
