export * as PostgresAuditTrail from "./PostgresAuditTrail.ts"
