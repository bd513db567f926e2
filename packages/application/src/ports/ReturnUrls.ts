import { Context } from "effect"

/** The URLs to which a browser may be sent back: compared exactly, as strings. */
export class ReturnUrls extends Context.Service<ReturnUrls, { readonly allowed: ReadonlyArray<string> }>()(
  "@oauth-manager/application/ports/ReturnUrls"
) {}
