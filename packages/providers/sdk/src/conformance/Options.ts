import type { AccountFields, ErrorMeaning, ErrorPlace, JsonObject, ProviderManifest, SettingValues } from "../index.ts"

/** An error answer as the provider documents it, or as it was seen. */
export interface DocumentedError {
  readonly at: ErrorPlace
  /** 400 where it is absent; 200 for a provider that reports errors so. A redirect back has none. */
  readonly status?: number
  readonly body: JsonObject
  readonly means: ErrorMeaning
}

/** A success of the token endpoint as the provider documents it. */
export interface DocumentedToken {
  readonly body: JsonObject
  /** Who it says the account is, where `identity` reads the token response. */
  readonly account?: AccountFields
  /** The scopes that it grants, as the catalogue spells them. */
  readonly scopes?: ReadonlyArray<string>
}

/** An answer of the userinfo endpoint or the API as the provider documents it, and who it says the account is. */
export interface DocumentedAccount {
  readonly body: JsonObject
  readonly account: AccountFields
}

/** What the kit cannot read from the manifest. */
export interface Options {
  /** Values of the plugin's settings, in place of their defaults. */
  readonly settings?: SettingValues
  /**
   * What is known to be true of the provider, field by field as in a manifest. The simulator behaves so, whatever the
   * plugin says; without it, as the plugin says.
   */
  readonly simulator?: Partial<ProviderManifest>
  /** Claims of the ID token beside those that the manifest names. */
  readonly claims?: JsonObject
  readonly documentedErrors?: ReadonlyArray<DocumentedError>
  readonly documentedTokens?: ReadonlyArray<DocumentedToken>
  readonly documentedAccounts?: ReadonlyArray<DocumentedAccount>
}
