export * as Oauth4webapiClient from "./Oauth4webapiClient.ts"
export * as TokenEndpointAddress from "./TokenEndpointAddress.ts"
