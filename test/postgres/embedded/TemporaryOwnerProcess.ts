import { startTemporary } from "../TemporaryPostgres.ts"

const { url } = await startTemporary()
process.stdout.write(`${JSON.stringify({ url })}\n`)
setInterval(() => undefined, 60_000)
