/** The time at a provider, in whole seconds since 1970. */
export class Clock {
  #offset = 0

  now(): number {
    return Math.floor(Date.now() / 1000) + this.#offset
  }

  /** Lets time pass at the provider alone: what it issued grows older, what it signs is still of today. */
  advance(seconds: number): void {
    this.#offset += seconds
  }
}
