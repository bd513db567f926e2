import { setTimeout } from "node:timers/promises"
import { type Answer, breakOff, flood, reply, reset } from "../Answer.ts"
import { failed, type JsonObject, type Reply, toAnswer } from "./Reply.ts"

/** What becomes of a request, given the double's honest work on it. */
export type Fault = (work: () => Promise<Reply>) => Answer | Promise<Answer>

export const none: Fault = async (work) => toAnswer(await work())

/** Answers so without doing anything. */
export const instead =
  (answer: Answer): Fault =>
  () =>
    answer

export const refusing = (reply: Reply): Fault => instead(toAnswer(reply))

/** Does the work, and loses the answer on the way: a rotated token that nobody has. */
export const lost =
  (answer: Answer = reset): Fault =>
  async (work) => {
    await work()
    return answer
  }

/** Does the work, and says something else: other scopes, other lifetimes; `undefined` leaves a member out. */
export const altered =
  (change: (body: JsonObject) => JsonObject): Fault =>
  async (work) => {
    const honest = await work()
    return toAnswer(typeof honest.body === "string" ? honest : { ...honest, body: change(honest.body) })
  }

export const saying = (members: JsonObject): Fault => altered((body) => ({ ...body, ...members }))

export const slow =
  (milliseconds: number): Fault =>
  async (work) => {
    const honest = await work()
    await setTimeout(milliseconds)
    return toAnswer(honest)
  }

/** The right words under the wrong name. */
export const typed =
  (contentType: string): Fault =>
  async (work) => {
    const honest = await work()
    return toAnswer({ ...honest, headers: { ...honest.headers, "content-type": contentType } })
  }

export const tooMany = (retryAfter: string, body: JsonObject = {}): Fault =>
  refusing(failed(429, body, { "retry-after": retryAfter }))

export const broken = (status = 503): Fault => instead(reply(status, "<h1>Sorry</h1>"))

export const html: Fault = instead(reply(200, "<!doctype html><title>Sign in to the hotel's network</title>"))

export const torn: Fault = lost(breakOff)

export const huge: Fault = instead(flood)

/** Which fault befalls which request: those in the queue first, once each, then the standing one. */
export class FaultPlan<Endpoint extends string> {
  readonly #queues = new Map<Endpoint, Array<Fault>>()
  readonly #standing = new Map<Endpoint, Fault>()

  /** For the next requests, one each. */
  next(endpoint: Endpoint, ...faults: ReadonlyArray<Fault>): void {
    this.#queues.set(endpoint, [...(this.#queues.get(endpoint) ?? []), ...faults])
  }

  /** Until told otherwise. */
  always(endpoint: Endpoint, fault: Fault): void {
    this.#standing.set(endpoint, fault)
  }

  /** All is well again. */
  clear(): void {
    this.#queues.clear()
    this.#standing.clear()
  }

  take(endpoint: Endpoint): Fault {
    return this.#queues.get(endpoint)?.shift() ?? this.#standing.get(endpoint) ?? none
  }
}
