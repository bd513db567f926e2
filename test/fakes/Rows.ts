import type {
  AuditEvent,
  Authorization,
  Consent,
  DomainEvent,
  Erasure,
  Integration,
  Sealed,
  TenantId,
  Token,
  User,
  UserScope
} from "@oauth-manager/domain"
import type {
  DeploymentKey,
  PendingRevocation,
  ProviderIncident,
  VersionedPolicy,
  WrappedDataKey
} from "@oauth-manager/application"
import { DateTime, HashMap, Option } from "effect"

/** A right that one owner holds until a time, in milliseconds since 1970. */
export interface Lease {
  readonly owner: string
  readonly until: number
}

/** Does someone else hold the lease still? One that ran out is free. */
export const isHeldByAnother = (lease: Option.Option<Lease>, owner: string, now: number): boolean =>
  Option.exists(lease, (held) => held.owner !== owner && held.until > now)

export interface TokenRow {
  readonly owner: UserScope
  readonly token: Token
  readonly lease: Option.Option<Lease>
  /** Milliseconds since 1970, as all times here. */
  readonly refreshAt: Option.Option<number>
  readonly keepAliveAt: Option.Option<number>
  readonly announceAt: Option.Option<number>
  readonly usedAt: number
  readonly failures: number
  readonly retryAt: Option.Option<number>
  readonly inDoubt: boolean
}

export interface AuthorizationRow {
  readonly owner: UserScope
  readonly authorization: Authorization
  readonly stateHash: Option.Option<Uint8Array>
  readonly flow: Option.Option<Sealed>
  readonly bindingHash: Option.Option<Uint8Array>
  readonly parked: Option.Option<{ readonly code: Sealed; readonly completionHash: Uint8Array }>
  readonly claim: Option.Option<Lease>
}

export interface DataKeyRow {
  readonly owner: UserScope
  readonly key: WrappedDataKey
  /** Counts up with every key, so that two of one millisecond are told apart. */
  readonly age: number
}

export interface RevocationRow {
  readonly owner: UserScope
  readonly revocation: PendingRevocation
  readonly dueAt: number
}

export interface ErasureRow {
  readonly erasure: Erasure
  readonly inFlightUntil: number
  readonly dueAt: number
  readonly replayedAt: Option.Option<DateTime.Utc>
}

export interface EventRow {
  readonly sequence: number
  readonly event: AuditEvent
}

export type Table<Row> = HashMap.HashMap<string, Row>

/** All that is stored, as an immutable value. The key-encryption key of `aDataKey` is there from the beginning. */
export interface Rows {
  readonly users: Table<User>
  /** By id; the one that was promoted last is last in `promotions`. */
  readonly keys: ReadonlyArray<Omit<DeploymentKey, "isPrimary">>
  readonly promotions: ReadonlyArray<string>
  readonly retiredKeys: ReadonlyArray<string>
  readonly dataKeys: Table<DataKeyRow>
  /** The age of the next data key. */
  readonly nextAge: number
  readonly rotation: Option.Option<{ readonly at: DateTime.Utc; readonly before: number }>
  readonly integrations: Table<Integration>
  readonly tokens: Table<TokenRow>
  readonly authorizations: Table<AuthorizationRow>
  readonly consents: Table<Consent>
  /** Those of persons who were erased: nobody sees them any more. */
  readonly orphanedConsents: ReadonlyArray<Consent>
  /** By id. Whose one is, `users` tells. */
  readonly erasures: HashMap.HashMap<string, ErasureRow>
  readonly revocations: Table<RevocationRow>
  readonly incidents: ReadonlyArray<ProviderIncident>
  /** Every version, in the order in which they were written. */
  readonly policies: ReadonlyArray<{ readonly tenant: TenantId; readonly written: VersionedPolicy }>
  readonly events: ReadonlyArray<EventRow>
  /** Domain events that nobody has settled, in the order of their commits. */
  readonly pending: ReadonlyArray<DomainEvent>
}

export const empty: Rows = {
  users: HashMap.empty(),
  keys: [{ id: "test", addedAt: DateTime.makeUnsafe(0), promotedAt: Option.none(), canary: Option.none() }],
  promotions: [],
  retiredKeys: [],
  dataKeys: HashMap.empty(),
  nextAge: 0,
  rotation: Option.none(),
  integrations: HashMap.empty(),
  tokens: HashMap.empty(),
  authorizations: HashMap.empty(),
  consents: HashMap.empty(),
  orphanedConsents: [],
  erasures: HashMap.empty(),
  revocations: HashMap.empty(),
  incidents: [],
  policies: [],
  events: [],
  pending: []
}

interface Owned {
  readonly owner: UserScope
}

/** Whether a statement may see a row: row-level security. */
export type Sees = (row: Owned) => boolean

export const keyOf = ({ tenant, user }: UserScope): string => JSON.stringify([tenant, user])

export const find = <Row extends Owned>(table: Table<Row>, id: string, sees: Sees): Option.Option<Row> =>
  Option.filter(HashMap.get(table, id), sees)

export const filter = <Row extends Owned>(table: Table<Row>, sees: Sees, where: (row: Row) => boolean): Array<Row> =>
  HashMap.toValues(table).filter((row) => sees(row) && where(row))

/** Adds a row or replaces one that is seen; a row of another owner is refused, as row-level security does. */
export const put = <Row extends Owned>(table: Table<Row>, id: string, row: Row, sees: Sees): Table<Row> => {
  if (!sees(row)) throw new Error(`row ${id} belongs to another user than the one in scope`)
  if (HashMap.has(table, id) && Option.isNone(find(table, id, sees))) throw new Error(`row ${id} is another user's`)
  return HashMap.set(table, id, row)
}

export const insert = <Row extends Owned>(table: Table<Row>, id: string, row: Row, sees: Sees): Table<Row> => {
  if (HashMap.has(table, id)) throw new Error(`row ${id} exists already`)
  return put(table, id, row, sees)
}

export const modify = <Row extends Owned>(
  table: Table<Row>,
  id: string,
  sees: Sees,
  change: (row: Row) => Row
): Table<Row> =>
  Option.match(find(table, id, sees), {
    onNone: () => table,
    onSome: (row) => HashMap.set(table, id, change(row))
  })

export const remove = <Row extends Owned>(table: Table<Row>, id: string, sees: Sees): Table<Row> =>
  Option.isSome(find(table, id, sees)) ? HashMap.remove(table, id) : table
