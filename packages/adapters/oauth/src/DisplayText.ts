const longest = 320

/** Control characters, halves of surrogate pairs, and what breaks or reverses lines: no database or log should see them. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu

/** A provider's text made fit to store and show, at most 320 characters; undefined when nothing is left or it is none. */
export const displayText = (value: unknown): string | undefined => {
  if (typeof value !== "string") return undefined
  const printable = value
    .slice(0, 4 * longest)
    .replaceAll(unprintable, "")
    .trim()
    .slice(0, longest)
  const text = printable.isWellFormed() ? printable : printable.slice(0, -1)
  return text === "" ? undefined : text
}

/** May the text be stored as it is? */
export const isPrintable = (value: string): boolean => !new RegExp(unprintable.source, "u").test(value)
