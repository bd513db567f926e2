import { type Finding, fail, ok, warn } from "./Finding.ts"

const tolerable = 5_000
const intolerable = 60_000

const action = "Let NTP keep this machine's clock, and theirs"

const inSeconds = (milliseconds: number): string => `${Math.round(Math.abs(milliseconds) / 1000)} s`

/** How this machine's clock stands beside another one, by the milliseconds that the other is ahead. */
export const judge = (check: string, whose: string, ahead: number): Finding => {
  const distance = Math.abs(ahead)
  if (distance <= tolerable) return ok(check, `agrees with that of ${whose}`)
  const what = `that of ${whose} is ${inSeconds(ahead)} ${ahead > 0 ? "ahead" : "behind"}`
  return distance > intolerable ? fail(check, what, action) : warn(check, what, action)
}
