import { manifest } from "../Manifest.ts"
import { type Malformed } from "./Malformed.ts"

export const basics: ReadonlyArray<Malformed> = [
  ["is text", "acme", ["the default export: must be an object"]],
  ["is a list", [], ["the default export: must be an object"]],
  ["is a function", () => ({}), ["the default export: must be an object"]],
  [
    "is written for another version",
    manifest({ apiVersion: 2 }),
    ["apiVersion: is 2, but this server speaks version 1 of the plugin contract"]
  ],
  ["has no version", manifest({ apiVersion: undefined }), ["apiVersion: is missing; it must be 1"]],
  ["has its version as text", manifest({ apiVersion: "1" }), ["apiVersion: must be 1"]],
  [
    "has no id",
    manifest({ id: undefined }),
    ["id: is missing; it must be 1 to 32 lower-case letters, digits or hyphens, beginning with a letter"]
  ],
  [
    "has an id with a space",
    manifest({ id: "Acme Corp" }),
    ["id: must be 1 to 32 lower-case letters, digits or hyphens, beginning with a letter"]
  ],
  [
    "has an id of 33 letters",
    manifest({ id: "a".repeat(33) }),
    ["id: must be 1 to 32 lower-case letters, digits or hyphens, beginning with a letter"]
  ],
  ["has a number as its id", manifest({ id: 3 }), ["id: must be a string"]],
  ["has an empty name", manifest({ name: "" }), ["name: must not be empty"]],
  ["has a field that is none", manifest({ colour: "red" }), ["colour: is not a field of the plugin contract"]],
  [
    "has two fields that are none",
    manifest({ scope: "notes", tokenUrl: "https://acme.example/token" }),
    ["scope: is not a field of the plugin contract", "tokenUrl: is not a field of the plugin contract"]
  ],
  ["has no PKCE mode", manifest({ pkce: undefined }), ["pkce: is missing; it must be required or unsupported"]],
  ["leaves PKCE to chance", manifest({ pkce: "preferred" }), ["pkce: must be required or unsupported"]],
  ["switches PKCE off by false", manifest({ pkce: false }), ["pkce: must be required or unsupported"]]
]
