import type { AuditFault, AuditRange } from "@oauth-manager/application"
import { genesis, link } from "../chain/Chain.ts"
import type { StoredEvent } from "../chain/StoredEvent.ts"

/** A seal with its event, if that is there. */
export interface ChainLine {
  readonly position: number
  readonly sequence: number
  readonly hash: Uint8Array
  readonly event: StoredEvent | undefined
}

/** What a signature vouches for. */
export interface Vouched {
  readonly position: number
  readonly hash: Uint8Array
}

interface Mismatch {
  readonly line: ChainLine & { readonly event: StoredEvent }
  readonly previous: Uint8Array
  readonly computed: Uint8Array
}

/** As many mismatches are looked through for events that changed places. */
const mostCompared = 100

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const withSequence = (event: StoredEvent, sequence: number): StoredEvent => ({ ...event, sequence })

/** Takes the lines of a chain in their order and finds every fault: after one it goes on from the hash that is stored. */
export class ChainVerifier {
  readonly #faults: Array<AuditFault> = []
  readonly #limit: number
  readonly #range: AuditRange
  readonly #checkpoints: ReadonlyArray<Vouched>
  readonly #mismatches: Array<Mismatch> = []
  #faultCount = 0
  #events = 0
  #first = 0
  #last = 0
  #next = 0
  #held = 0
  #checkpointed = 0
  #previous: Uint8Array | undefined
  #pending: Mismatch | undefined

  /** The checkpoints are of good signature. */
  constructor(checkpoints: ReadonlyArray<Vouched>, range: AuditRange, limit: number) {
    const { from = 1, to = Number.MAX_SAFE_INTEGER } = range
    this.#range = range
    this.#limit = limit
    this.#checkpoints = checkpoints
      .filter(({ position }) => position >= from - 1 && position <= to)
      .toSorted((a, b) => a.position - b.position)
  }

  fault(fault: AuditFault): void {
    this.#faultCount++
    if (this.#faults.length < this.#limit) this.#faults.push(fault)
  }

  /** The seal before a range is trusted: whoever asks for a part has checked what is before it, or will. */
  anchor(hash: Uint8Array): void {
    this.#previous = hash
  }

  push(line: ChainLine): void {
    if (this.#first === 0) this.#begin(line)
    else if (line.position !== this.#last + 1) {
      this.#settle()
      this.fault({ kind: "missing", position: this.#last + 1, through: line.position - 1 })
      this.#previous = undefined
    }
    this.#last = line.position
    this.#check(line)
    this.#previous = line.hash
    this.#compare(line)
  }

  finish() {
    this.#settle()
    this.#locateReordered()
    const beyond = this.#checkpoints.slice(this.#next).filter(({ position }) => position > this.#last)
    const furthest = beyond.at(-1)
    if (furthest !== undefined) {
      this.fault({ kind: "truncated", position: this.#last + 1, through: furthest.position, after: this.#checkpointed })
    }
    return {
      events: this.#events,
      first: this.#first,
      last: this.#last,
      checkpoints: this.#held,
      checkpointed: this.#checkpointed,
      faultCount: this.#faultCount,
      faults: this.#faults.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
    }
  }

  #begin({ position }: ChainLine): void {
    this.#first = position
    const { from = 1 } = this.#range
    if (position === 1) return void (this.#previous = genesis)
    if (position === from && this.#previous !== undefined) return
    const anchor = this.#checkpoints.find((checkpoint) => checkpoint.position === position - 1)
    this.#previous = anchor?.hash
    if (anchor === undefined) this.fault({ kind: "unanchored", position })
  }

  #check(line: ChainLine): void {
    const { event } = line
    if (event === undefined) {
      this.#settle()
      return this.fault({ kind: "deleted", position: line.position, sequence: line.sequence })
    }
    this.#events++
    const previous = this.#previous
    if (previous === undefined) return
    const computed = link(previous, line.position, event)
    if (isSame(computed, line.hash)) return this.#settle()
    const before = this.#pending
    if (before !== undefined && isSame(link(before.computed, line.position, event), line.hash)) {
      // This one is chained to what the seal before it was: so the event there is whole, and the seal is not
      this.#pending = undefined
      return this.fault({
        kind: "seal_altered",
        position: before.line.position,
        sequence: before.line.sequence,
        eventId: before.line.event.id
      })
    }
    this.#settle()
    this.#pending = { line: { ...line, event }, previous, computed }
  }

  #settle(): void {
    if (this.#pending === undefined) return
    this.#mismatches.push(this.#pending)
    this.#pending = undefined
    if (this.#mismatches.length > mostCompared) this.#report(this.#mismatches.shift(), "altered")
  }

  #report(mismatch: Mismatch | undefined, kind: "altered" | "reordered"): void {
    if (mismatch === undefined) return
    const { event, position, sequence } = mismatch.line
    this.fault({ kind, position, sequence, eventId: event.id })
  }

  /** Would an event from another place make the hash that is stored somewhere, were it here? */
  #locateReordered(): void {
    const hashes = new Set(this.#mismatches.map(({ line }) => Buffer.from(line.hash).toString("hex")))
    const isSealed = (hash: Buffer) => hashes.has(hash.toString("hex"))
    for (const mismatch of this.#mismatches) {
      const { line, previous } = mismatch
      const hasMoved = this.#mismatches.some(
        ({ line: { event } }) =>
          event !== line.event
          && (isSealed(link(previous, line.position, event))
            || isSealed(link(previous, line.position, withSequence(event, line.event.sequence))))
      )
      this.#report(mismatch, hasMoved ? "reordered" : "altered")
    }
  }

  #compare({ hash, position }: ChainLine): void {
    for (;;) {
      const checkpoint = this.#checkpoints[this.#next]
      if (checkpoint === undefined || checkpoint.position > position) return
      this.#next++
      if (checkpoint.position < position) continue
      if (isSame(checkpoint.hash, hash)) {
        this.#held++
        this.#checkpointed = position
      } else this.fault({ kind: "rewritten", position, after: this.#checkpointed })
    }
  }
}
