import { join } from "node:path"

/** What lies in DATA_DIR: the cluster of the embedded PostgreSQL, the key-encryption keys, answers that are not saved yet, who was erased, the audit trail's checkpoints. */
export const postgres = (dataDir: string): string => join(dataDir, "postgres")
export const keyring = (dataDir: string): string => join(dataDir, "keyring")
export const refreshJournal = (dataDir: string): string => join(dataDir, "refresh-journal")
export const erasures = (dataDir: string): string => join(dataDir, "erasures.jsonl")
export const auditSigningKey = (dataDir: string): string => join(dataDir, "audit-signing-key")
export const auditCheckpoints = (dataDir: string): string => join(dataDir, "audit-checkpoints.jsonl")
