import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto"
import { createServer } from "node:http"
import pg from "pg"

/**
 * What this machine can do at most for a token read: bare node:http, one prepared select by primary key over pg with a
 * pool of 10, one AES-256-GCM open, one JSON answer. No authentication, no isolation, no audit.
 */
const key = createSecretKey(randomBytes(32))
const seal = (text: string): Buffer => {
  const nonce = randomBytes(12)
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 })
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()])
}

const open = (sealed: Buffer): string => {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8")
}

const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 10 })
const id = "0190b4c5-0000-7000-8000-000000000001"
await pool.query("CREATE SCHEMA IF NOT EXISTS ceiling")
await pool.query(
  "CREATE TABLE IF NOT EXISTS ceiling.tokens (id uuid PRIMARY KEY, access_token bytea, expires_at timestamptz)"
)
await pool.query(
  "INSERT INTO ceiling.tokens VALUES ($1, $2, now() + interval '1 hour') ON CONFLICT (id) DO UPDATE SET access_token = $2",
  [id, seal(randomBytes(32).toString("base64url"))]
)

const server = createServer(async (_, response) => {
  const { rows } = await pool.query({
    name: "read",
    text: "SELECT access_token, expires_at FROM ceiling.tokens WHERE id = $1",
    values: [id]
  })
  const body = JSON.stringify({
    access_token: open(rows[0].access_token),
    token_type: "Bearer",
    expires_at: rows[0].expires_at
  })
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body)
})

server.listen(Number(process.env["PORT"]), "127.0.0.1")
