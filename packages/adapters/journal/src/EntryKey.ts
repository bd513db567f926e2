import type { JournalEntry } from "@oauth-manager/application"

/** What there is one answer for. */
export type EntryKey = Pick<JournalEntry, "integrationId" | "generation">

export const keyOf = ({ generation, integrationId }: EntryKey): string => `${integrationId} ${generation}`
