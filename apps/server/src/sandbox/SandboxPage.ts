import type { KoaContextWithOIDC } from "oidc-provider"
import { type Html, html } from "./Html.ts"

const style = html`<style>
  :root {
    color-scheme: light dark;
    --ink: #1c2430;
    --soft: #5c6675;
    --line: #d9dee6;
    --paper: #fff;
    --back: #eef1f6;
    --accent: #2f5bea;
    --bad: #b3261e;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ink: #e8ebf0;
      --soft: #a3adbb;
      --line: #39424f;
      --paper: #1d232c;
      --back: #12161c;
      --accent: #7f9cff;
      --bad: #ff8a80;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0;
    min-height: 100vh;
    display: grid;
    place-items: center;
    padding: 1rem;
    background: var(--back);
    color: var(--ink);
    font:
      16px/1.5 system-ui,
      sans-serif;
  }
  main {
    width: 100%;
    max-width: 27rem;
    padding: 2rem;
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: 14px;
  }
  h1 {
    margin: 0 0 0.25rem;
    font-size: 1.3rem;
    line-height: 1.3;
  }
  p {
    margin: 0 0 1.25rem;
    color: var(--soft);
  }
  [role="alert"] {
    color: var(--bad);
    font-weight: 600;
  }
  label.account {
    display: block;
    font-weight: 600;
  }
  input[type="text"] {
    width: 100%;
    margin: 0.35rem 0 1.25rem;
    padding: 0.6rem 0.75rem;
    font: inherit;
    color: inherit;
    background: transparent;
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  fieldset {
    margin: 0 0 1.5rem;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    font-weight: 600;
  }
  .scope {
    display: flex;
    gap: 0.7rem;
    padding: 0.55rem 0;
    border-bottom: 1px solid var(--line);
  }
  .scope input {
    margin: 0.35rem 0 0;
    accent-color: var(--accent);
  }
  code {
    display: block;
    color: var(--soft);
    font-size: 0.8rem;
  }
  .actions {
    display: flex;
    gap: 0.75rem;
    flex-direction: row-reverse;
  }
  button {
    flex: 1;
    padding: 0.65rem;
    font: inherit;
    font-weight: 600;
    border-radius: 8px;
    border: 1px solid var(--line);
    background: transparent;
    color: inherit;
    cursor: pointer;
  }
  button[value="allow"] {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--paper);
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
</style>`

const page = (title: string, content: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `

// form-action is left out: browsers apply it to the redirects after the form too, and those leave for the product
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

type Response = Pick<KoaContextWithOIDC, "set" | "status" | "type" | "body">

/** Answers with a page that loads nothing, runs nothing and is not kept in any cache. */
export const send = (response: Response, status: number, title: string, content: Html): void => {
  response.set({
    "Content-Security-Policy": contentSecurityPolicy,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff"
  })
  response.status = status
  response.type = "html"
  response.body = page(title, content).markup
}

export const sendProblem = (response: Response, status: number, problem: string, advice: string): void =>
  send(
    response,
    status,
    "Sandbox: this did not work",
    html`<h1>This did not work</h1>
      <p role="alert">${problem}</p>
      <p>${advice}</p>`
  )
