/** Markup that is safe to send: made by `html` alone, which escapes whatever else is put into it. */
export interface Html {
  readonly markup: string
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

type Part = string | Html | ReadonlyArray<Html>

const render = (part: Part): string => {
  if (typeof part === "string") return escape(part)
  return "markup" in part ? part.markup : part.map((one) => one.markup).join("")
}

export const html = (literals: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html => ({
  markup: literals.map((literal, index) => literal + render(parts[index] ?? "")).join("")
})

export const nothing: Html = html``
