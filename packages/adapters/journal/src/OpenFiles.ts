/** The files that are known, with the keys of their entries that nobody has closed. */
export class OpenFiles {
  readonly #keys = new Map<string, Set<string>>()
  readonly #files = new Map<string, Set<string>>()

  add(file: string, keys: ReadonlyArray<string>): ReadonlySet<string> {
    const open = new Set(keys)
    this.#keys.set(file, open)
    for (const key of open) this.#files.set(key, (this.#files.get(key) ?? new Set()).add(file))
    return open
  }

  openIn(file: string): ReadonlySet<string> | undefined {
    return this.#keys.get(file)
  }

  /** Closes the key's entries, and answers the files of which nothing is open any more. */
  close(key: string): ReadonlyArray<string> {
    const files = [...(this.#files.get(key) ?? [])]
    this.#files.delete(key)
    return files.filter((file) => {
      const open = this.#keys.get(file)
      open?.delete(key)
      return open?.size === 0
    })
  }

  forget(file: string): void {
    for (const key of this.#keys.get(file) ?? []) {
      const files = this.#files.get(key)
      files?.delete(file)
      if (files?.size === 0) this.#files.delete(key)
    }
    this.#keys.delete(file)
  }
}
