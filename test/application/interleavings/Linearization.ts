import { after, type Connection, type Event, unconnected } from "./ConnectionModel.ts"

/** May it come next? Not before something that had ended when it began. */
const mayBeNext = (event: Event, waiting: ReadonlyArray<Event>): boolean =>
  waiting.every((other) => other === event || other.until >= event.from)

/**
 * Is there an order in which the events can have happened one after the other, each at some time between its beginning and its end,
 * so that the connection came to an end that `agrees`? (Herlihy and Wing, Linearizability, 1990)
 */
export const isLinearizable = (history: ReadonlyArray<Event>, agrees: (end: Connection) => boolean): boolean => {
  const failed = new Set<string>()
  const search = (connection: Connection, waiting: ReadonlyArray<Event>): boolean => {
    if (waiting.length === 0) return agrees(connection)
    const key = JSON.stringify([connection, waiting.map((event) => history.indexOf(event))])
    if (failed.has(key)) return false
    failed.add(key)
    return waiting.some(
      (event) =>
        mayBeNext(event, waiting)
        && after(connection, event).some((next) =>
          search(
            next,
            waiting.filter((other) => other !== event)
          )
        )
    )
  }
  return search(unconnected, history)
}
