/** What an option of Node's does that no production server may do. */
const refused: ReadonlyArray<readonly [option: RegExp, why: string]> = [
  [/^--inspect(-brk|-wait)?$/, "lets whoever reaches its port read all secrets and run code"],
  [/^--heapsnapshot-(signal|near-heap-limit)$/, "writes the memory, with all secrets, to a file"],
  [/^--abort-on-uncaught-exception$/, "writes the memory, with all secrets, to a core dump"],
  [/^--tls-keylog$/, "writes the keys of all TLS connections to a file"],
  [/^--trace-tls$/, "prints what TLS connections carry"],
  [/^--insecure-http-parser$/, "accepts requests that a proxy reads otherwise"]
]

/** Node takes `_` for `-` in the names of options. */
const nameOf = (argument: string): string => (argument.split("=")[0] ?? "").replaceAll("_", "-").replace(/^-+/, "--")

/** The options among these that are refused, and why. */
export const among = (options: ReadonlyArray<string>): ReadonlyArray<string> =>
  options.flatMap((option) => {
    const name = nameOf(option.replaceAll(/["']/g, ""))
    const why = refused.find(([pattern]) => pattern.test(name))?.[1]
    return why === undefined ? [] : [`${name} ${why}`]
  })
