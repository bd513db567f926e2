export interface GitHubAccount {
  readonly id: number
  readonly login: string
  readonly name: string | null
  /** Null unless they made it public. */
  readonly email: string | null
}

export interface GitHubChoice {
  readonly account: GitHubAccount
  readonly deny?: boolean
  /** The scopes left, where the person is let to narrow them. */
  readonly grant?: ReadonlyArray<string>
}

export interface GitHubGrant {
  readonly clientId: string
  readonly account: GitHubAccount
  readonly scopes: ReadonlyArray<string>
}

const implied: Readonly<Record<string, ReadonlyArray<string>>> = {
  user: ["read:user", "user:email", "user:follow"],
  repo: ["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"],
  "admin:org": ["write:org", "read:org"],
  "write:org": ["read:org"]
}

/** GitHub drops what a wider scope among them holds. */
export const normalized = (scopes: ReadonlyArray<string>): ReadonlyArray<string> => {
  const covered = new Set(scopes.flatMap((scope) => implied[scope] ?? []))
  return [...new Set(scopes)].filter((scope) => !covered.has(scope))
}

/** Commas and spaces separate them in requests. */
export const parse = (scope: string): ReadonlyArray<string> =>
  normalized(scope.split(/[ ,]+/).filter((name) => name !== ""))

export const octocat: GitHubAccount = { id: 583231, login: "octocat", name: "The Octocat", email: null }
