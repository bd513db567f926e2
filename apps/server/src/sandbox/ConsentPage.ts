import { type Html, html, nothing } from "./Html.ts"
import * as SandboxScopes from "./SandboxScopes.ts"

const scopeRow = (scope: string): Html =>
  html`<label class="scope">
    <input
      type="checkbox"
      name="scope"
      value="${scope}"
      checked${SandboxScopes.isOptional(scope) ? nothing : html` disabled`}
    />
    <span>${SandboxScopes.descriptions.get(scope) ?? scope}<code>${scope}</code></span>
  </label> `

/** The form that signs in and consents at once; `problem` says why an earlier answer was not taken. */
export const content = (options: {
  readonly clientName: string
  readonly account: string
  readonly requested: ReadonlyArray<string>
  readonly problem: string | undefined
}): Html =>
  html`<h1>${options.clientName} asks for access</h1>
    <p>This is the sandbox: accounts are pretend and any name will do.</p>
    ${options.problem === undefined ? nothing : html`<p role="alert">${options.problem}</p>`}
    <form method="post" autocomplete="off">
      <label class="account" for="account">Account</label>
      <input
        type="text"
        id="account"
        name="account"
        value="${options.account}"
        pattern="[a-z0-9._\\-]{1,64}"
        title="a-z, 0-9, dot, dash and underscore"
        autocapitalize="none"
        spellcheck="false"
      />
      <input type="hidden" name="scope" value="" />
      <fieldset>
        <legend>It would like to</legend>
        ${options.requested.map(scopeRow)}
      </fieldset>
      <div class="actions">
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny" formnovalidate>Deny</button>
      </div>
    </form>`
