import { Effect } from "effect"
import { lchown, readdir, readFile, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { EmbeddedPostgresFailed, filesystem } from "./EmbeddedPostgresFailed.ts"
import { run, spawnOptions } from "./Program.ts"

/** The unprivileged user that runs the server when the service itself runs as root, which PostgreSQL refuses to. */
export interface ServerAccount {
  readonly uid: number
  readonly gid: number
  readonly name: string
}

const fallback = { uid: 65534, gid: 65534, name: "nobody" }

/** Chooses by the text of /etc/passwd: the owner of an existing cluster, else the system's postgres user, else nobody. */
export const pick = (
  passwd: string,
  owner: { readonly uid: number; readonly gid: number } | undefined
): ServerAccount => {
  const accounts = passwd.split("\n").map((line) => {
    const [name = "", , uid, gid] = line.split(":")
    return { name, uid: Number(uid), gid: Number(gid) }
  })
  if (owner !== undefined && owner.uid !== 0) {
    const name = accounts.find(({ uid }) => uid === owner.uid)?.name ?? `${owner.uid}`
    return { uid: owner.uid, gid: owner.gid, name }
  }
  const named = ["postgres", "_postgres", "nobody"].map((wanted) =>
    accounts.find(({ name, uid }) => name === wanted && uid > 0)
  )
  return named.find((account) => account !== undefined) ?? fallback
}

/** The account that runs the server of this cluster; `undefined`, the service's own, unless that is root. */
export const choose = (dataDir: string): Effect.Effect<ServerAccount | undefined, EmbeddedPostgresFailed> =>
  filesystem(async () => {
    if (process.getuid?.() !== 0) return undefined
    const passwd = await readFile("/etc/passwd", "utf8").catch(() => "")
    return pick(passwd, await stat(dataDir).catch(() => undefined))
  })

const parents = (path: string): ReadonlyArray<string> => {
  const parent = dirname(path)
  return parent === path ? [path] : [...parents(parent), parent]
}

const firstClosed = (account: ServerAccount, folders: ReadonlyArray<string>) =>
  run(
    "/bin/sh",
    ["-c", 'for p; do test -x "$p" || { echo "$p"; exit 1; }; done', "sh", ...folders],
    spawnOptions(account, "/")
  ).pipe(Effect.map(({ code, output }) => (code === 1 ? output : undefined)))

/** Whether the account can enter every folder above the programs, and run them. */
export const canRun = (account: ServerAccount, programs: ReadonlyArray<string>) =>
  Effect.map(
    firstClosed(
      account,
      programs.flatMap((program) => [...parents(program), program])
    ),
    (closed) => closed === undefined
  )

/** Fails, naming the first closed folder, unless the account can enter every folder above the cluster. */
export const requireReach = Effect.fnUntraced(function* (account: ServerAccount, dataDir: string) {
  const closed = yield* firstClosed(account, parents(dataDir))
  if (closed === undefined) return
  return yield* new EmbeddedPostgresFailed({
    reason: "FolderUnreachable",
    message:
      `PostgreSQL does not run as root, and the user ${account.name} who runs it instead cannot enter ${closed}: `
      + "set DATA_DIR to a folder that every user may enter, start as an unprivileged user, "
      + "or set DATABASE_URL to an existing server"
  })
})

/** Hands the cluster folder, and nothing else, to the account. */
export const handOver = (account: ServerAccount, folder: string): Effect.Effect<void, EmbeddedPostgresFailed> =>
  filesystem(async () => {
    const { uid } = await stat(folder)
    if (uid === account.uid) return
    const entries = await readdir(folder, { recursive: true })
    for (const path of [...entries.map((entry) => join(folder, entry)), folder])
      await lchown(path, account.uid, account.gid)
  })
