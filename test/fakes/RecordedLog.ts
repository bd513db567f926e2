import { Logger } from "effect"

/** What is logged, as text. */
export const recorded = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${[message].flat().join(" ")}`))
  return { layer: Logger.layer([logger]), lines }
}
