import { isPersonal, type MicrosoftAccount } from "./MicrosoftAccount.ts"
import { needsAdministrator, parse } from "./MicrosoftScopes.ts"

export type ConsentPolicy = "users_may_consent" | "managed"

const keyOf = ({ oid, tid }: MicrosoftAccount): string => `${tid} ${oid}`

/** Who consented to what, for themselves or for a whole tenant, and what policies want beyond that. */
export class MicrosoftConsents {
  /** What a tenant lets its users consent to; `managed` where it is not said. */
  readonly policies = new Map<string, ConsentPolicy>()
  readonly #byAccount = new Map<string, ReadonlyArray<string>>()
  readonly #byTenant = new Map<string, ReadonlyArray<string>>()
  readonly #demands = new Map<string, string>()

  of(account: MicrosoftAccount): ReadonlyArray<string> {
    return [...(this.#byAccount.get(keyOf(account)) ?? []), ...(this.#byTenant.get(account.tid) ?? [])]
  }

  add(account: MicrosoftAccount, scopes: ReadonlyArray<string>): void {
    this.#byAccount.set(keyOf(account), [...(this.#byAccount.get(keyOf(account)) ?? []), ...scopes])
  }

  drop(account: MicrosoftAccount): void {
    this.#byAccount.delete(keyOf(account))
  }

  /** An administrator consents for the whole tenant. */
  addForTenant(tid: string, scopes: ReadonlyArray<string>): void {
    this.#byTenant.set(tid, [...(this.#byTenant.get(tid) ?? []), ...scopes.flatMap(parse)])
  }

  awaitsAdministrator(account: MicrosoftAccount, scopes: ReadonlyArray<string>): boolean {
    if (isPersonal(account) || (this.policies.get(account.tid) ?? "managed") === "users_may_consent") return false
    const consented = this.#byTenant.get(account.tid) ?? []
    return scopes.some((scope) => needsAdministrator(scope) && !consented.includes(scope))
  }

  /** A policy wants more of the account: tokens are refused until an authorization passes these claims on. */
  demand(account: MicrosoftAccount, claims: string): void {
    this.#demands.set(keyOf(account), claims)
  }

  demandedOf(account: MicrosoftAccount): string | undefined {
    return this.#demands.get(keyOf(account))
  }

  meet(account: MicrosoftAccount, claims: string | null): void {
    if (claims === this.#demands.get(keyOf(account))) this.#demands.delete(keyOf(account))
  }
}
