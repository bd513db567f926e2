/** A connection that the rules forbid; nothing was sent. The message tells an operator why. */
export class EgressRefused extends Error {
  readonly code = "EGRESS_REFUSED"

  constructor(host: string, why: string) {
    super(`${host} ${why}`)
  }
}
