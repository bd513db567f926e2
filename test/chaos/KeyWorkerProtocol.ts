/** What a key worker is started with. */
export interface KeyWorkerSettings {
  readonly databaseUrl: string
  readonly keyring: string
}

/** What it says of itself, again and again. */
export interface KeyWorkerReport {
  readonly keyIds: ReadonlyArray<string>
  readonly reads: number
  readonly seals: number
  readonly replaced: number
  /** What went wrong; nothing may. */
  readonly failures: ReadonlyArray<string>
}
