import { createHash } from "node:crypto"

/** The tenant that personal accounts belong to. */
export const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"

export const contoso = "72f988bf-86f1-41af-91ab-2d7cd011db47"
export const fabrikam = "b9419818-09af-49c2-b0c3-653adc1f376e"

export interface MicrosoftAccount {
  readonly tid: string
  readonly oid: string
  readonly name: string
  readonly username: string
  /** Work accounts often have none. */
  readonly email?: string
}

/** What the person does on Microsoft's pages. */
export interface MicrosoftChoice {
  readonly account: MicrosoftAccount
  readonly deny?: boolean
}

/** One authorization: whose, for which client, and where. */
export interface MicrosoftGrant {
  readonly clientId: string
  readonly account: MicrosoftAccount
  /** The segment of the authority that issued the code. */
  readonly tenant: string
  readonly scopes: ReadonlyArray<string>
  readonly nonce: string | undefined
}

export const isPersonal = ({ tid }: MicrosoftAccount): boolean => tid === consumers

/** May an account of this tenant sign in at this authority? */
export const serves = (tenant: string, { tid }: MicrosoftAccount, domains: ReadonlyMap<string, string>): boolean => {
  if (tenant === "common") return true
  if (tenant === "organizations") return tid !== consumers
  if (tenant === "consumers") return tid === consumers
  return (domains.get(tenant) ?? tenant) === tid
}

/** Pairwise: another one for each client. */
export const subjectOf = ({ oid, tid }: MicrosoftAccount, clientId: string): string =>
  createHash("sha256").update(`${tid} ${oid} ${clientId}`).digest("base64url")

export const ada: MicrosoftAccount = {
  tid: contoso,
  oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474",
  name: "Ada Lovelace",
  username: "ada@contoso.example",
  email: "ada@contoso.example"
}

export const grace: MicrosoftAccount = {
  tid: fabrikam,
  oid: "5cbbd2f1-9a62-4c3c-a2b2-7d05d6b9c5c8",
  name: "Grace Hopper",
  username: "grace@fabrikam.example"
}

/** At home. */
export const alan: MicrosoftAccount = {
  tid: consumers,
  oid: "00000000-0000-0000-66f3-3332eca7ea81",
  name: "Alan Turing",
  username: "alan@outlook.example",
  email: "alan@outlook.example"
}
