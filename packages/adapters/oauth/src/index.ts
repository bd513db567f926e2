export * as Oauth4webapiClient from "./Oauth4webapiClient.ts"
