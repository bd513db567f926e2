import type { IntegrationId } from "@oauth-manager/domain"

/** What happened, as those who took part saw it, from when to when. */
export type Event = Readonly<{ from: number; until: number }>
  & (
    | Readonly<{
        _tag: "Authorized"
        integration: IntegrationId
        accessToken: string
        refreshToken: string | undefined
      }>
    /** The authorization was for an integration that had ended: nobody keeps its tokens. */
    | Readonly<{ _tag: "Refused"; integration: IntegrationId; accessToken: string; refreshToken: string | undefined }>
    /** The provider answered a refresh; `next` is the refresh token that came in the place of the one that was sent. */
    | Readonly<{ _tag: "Renewed"; sent: string; accessToken: string; next: string | undefined }>
    | Readonly<{ _tag: "Read" | "Refreshed"; integration: IntegrationId; accessToken: string }>
    /** Whoever asked was told that the integration is disconnected. */
    | Readonly<{ _tag: "Denied"; integration: IntegrationId }>
    | Readonly<{ _tag: "Disconnected"; integration: IntegrationId }>
    /** An end that no caller may come to. */
    | Readonly<{ _tag: "Failed"; error: string }>
  )

type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

interface Held {
  readonly integration: IntegrationId
  readonly generation: number
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** What brought this generation. */
  readonly by: EventOf<"Authorized" | "Renewed">
}

/** One account's connection: what is held of it, what it was before, and what the provider was told to revoke. */
export interface Connection {
  readonly held: Held | undefined
  readonly ended: ReadonlyArray<IntegrationId>
  readonly revoked: ReadonlyArray<string>
  /** For each refresh token whose it was, and how many generations held it. */
  readonly grants: Readonly<Record<string, { readonly integration: IntegrationId; readonly generations: number }>>
}

export const unconnected: Connection = { held: undefined, ended: [], revoked: [], grants: {} }

/** A new generation. */
const hold = (connection: Connection, held: Held): Connection => {
  const { integration, refreshToken } = held
  if (refreshToken === undefined) return { ...connection, held }
  const generations = (connection.grants[refreshToken]?.generations ?? 0) + 1
  return { ...connection, held, grants: { ...connection.grants, [refreshToken]: { integration, generations } } }
}

const revoke = (connection: Connection, token: string): Connection => ({
  ...connection,
  revoked: [...connection.revoked, token]
})

const authorize = (connection: Connection, event: EventOf<"Authorized">): ReadonlyArray<Connection> => {
  const { ended, held } = connection
  const { accessToken, integration } = event
  const isLawful = held === undefined ? !ended.includes(integration) : held.integration === integration
  const refreshToken = event.refreshToken ?? held?.refreshToken
  const generation = (held?.generation ?? 0) + 1
  return isLawful ? [hold(connection, { integration, generation, accessToken, refreshToken, by: event })] : []
}

/** Did an authorization that ran beside the renewal bring the generation that is held? */
const isOvertaken = ({ by }: Held, renewal: EventOf<"Renewed">): boolean =>
  by._tag === "Authorized" && by.until > renewal.from

/**
 * The next generation of the one whose refresh token was sent. Where an authorization kept that refresh token meanwhile, its access
 * token stays, and the refresh token is replaced if it was spent. What comes when its integration has ended is revoked.
 */
const renew = (connection: Connection, event: EventOf<"Renewed">): ReadonlyArray<Connection> => {
  const { held } = connection
  const { accessToken, next, sent } = event
  const grant = connection.grants[sent]
  if (grant === undefined) return []
  if (held?.refreshToken === sent) {
    const renewed = { ...held, generation: held.generation + 1, refreshToken: next ?? sent, by: event }
    const overtaken = next === undefined ? connection : hold(connection, renewed)
    return [hold(connection, { ...renewed, accessToken }), ...(isOvertaken(held, event) ? [overtaken] : [])]
  }
  return [next !== undefined && connection.ended.includes(grant.integration) ? revoke(connection, next) : connection]
}

const disconnect = (connection: Connection, { integration }: EventOf<"Disconnected">): ReadonlyArray<Connection> => {
  const { ended, held } = connection
  if (held?.integration !== integration) return ended.includes(integration) ? [connection] : []
  const token = held.refreshToken ?? held.accessToken
  return [revoke({ ...connection, held: undefined, ended: [...ended, integration] }, token)]
}

/** Whoever refreshes gets a token that was not there before, unless there is nothing to refresh with. */
const isNew = ({ by, refreshToken }: Held, { from }: EventOf<"Read" | "Refreshed">): boolean =>
  refreshToken === undefined || by.until > from

/** What an event makes of a connection: nothing where it cannot have happened to it. */
export const after = (connection: Connection, event: Event): ReadonlyArray<Connection> => {
  const { ended, held } = connection
  switch (event._tag) {
    case "Authorized":
      return authorize(connection, event)
    case "Renewed":
      return renew(connection, event)
    case "Disconnected":
      return disconnect(connection, event)
    case "Refused":
      return ended.includes(event.integration) ? [revoke(connection, event.refreshToken ?? event.accessToken)] : []
    case "Denied":
      return ended.includes(event.integration) ? [connection] : []
    case "Read":
    case "Refreshed": {
      const isHeld = held?.integration === event.integration && held.accessToken === event.accessToken
      return isHeld && (event._tag === "Read" || isNew(held, event)) ? [connection] : []
    }
    case "Failed":
      return []
  }
}
