/** Every scope the sandbox knows, with what the consent page says of it. */
export const descriptions: ReadonlyMap<string, string> = new Map([
  ["openid", "Know which account you use"],
  ["email", "See your email address"],
  ["profile", "See your name"],
  ["offline_access", "Keep the access while you are away"],
  ["sandbox.notes.read", "Read your notes"],
  ["sandbox.notes.write", "Write and delete your notes"],
  ["sandbox.calendar.read", "Read your calendar"],
  ["sandbox.calendar.write", "Add and change events in your calendar"]
])

const signIn = new Set(["openid", "email", "profile", "offline_access"])

export const all: ReadonlyArray<string> = [...descriptions.keys()]

/** Sign-in scopes come with every consent; only the others can be refused one by one. */
export const isOptional = (scope: string): boolean => !signIn.has(scope)

export const parse = (scope: unknown): ReadonlyArray<string> =>
  typeof scope === "string" ? [...new Set(scope.split(" "))].filter((value) => descriptions.has(value)) : []
