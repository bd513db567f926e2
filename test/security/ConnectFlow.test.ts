import { atTheProvider } from "./ConnectFlowAtProviders.ts"
import { onPostgres } from "./ConnectFlowOnPostgres.ts"

atTheProvider()

onPostgres()
