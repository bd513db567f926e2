/** The value that the given share of the values does not exceed, rounded to milliseconds. */
export const percentile = (share: number, values: ReadonlyArray<number>): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0)
