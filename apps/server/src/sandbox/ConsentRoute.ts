import { Result } from "effect"
import type Provider from "oidc-provider"
import { errors } from "oidc-provider"
import type { IncomingMessage } from "node:http"
import * as ConsentDecision from "./ConsentDecision.ts"
import * as ConsentPage from "./ConsentPage.ts"
import { saveGrant, switchAccount } from "./ConsentGrant.ts"
import * as SandboxAccount from "./SandboxAccount.ts"
import * as SandboxPage from "./SandboxPage.ts"
import * as SandboxScopes from "./SandboxScopes.ts"

type Middleware = Parameters<Provider["use"]>[0]
type Context = Parameters<Middleware>[0]
type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>

const maxFormBytes = 16 * 1024

const readForm = async (request: IncomingMessage): Promise<URLSearchParams | undefined> => {
  const chunks: Array<Buffer> = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxFormBytes) return undefined
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"))
}

const suggestedAccount = (interaction: Interaction): string => {
  const hint = interaction.params["login_hint"]
  return typeof hint === "string" ? SandboxAccount.fromLoginHint(hint) : (interaction.session?.accountId ?? "ada")
}

/** The consent page at `/interaction/<uid>`: GET shows it, one POST of its form signs in and consents, or denies. */
export const make = (provider: Provider): Middleware => {
  const clientOf = async (interaction: Interaction) => {
    const client = await provider.Client.find(String(interaction.params["client_id"]))
    if (client === undefined) throw new errors.SessionNotFound("the client is gone")
    return client
  }

  const show = async (
    ctx: Context,
    interaction: Interaction,
    rejected?: { readonly problem: string; readonly account: string | null }
  ) => {
    const clientName = (await clientOf(interaction)).clientName ?? "An application"
    const content = ConsentPage.content({
      clientName,
      account: rejected?.account ?? suggestedAccount(interaction),
      requested: SandboxScopes.parse(interaction.params["scope"]),
      problem: rejected?.problem
    })
    SandboxPage.send(ctx, rejected === undefined ? 200 : 400, `${clientName} asks for access`, content)
  }

  const decide = async (ctx: Context, interaction: Interaction) => {
    const form = ctx.is("urlencoded") ? await readForm(ctx.req) : undefined
    if (form === undefined) {
      SandboxPage.sendProblem(ctx, 400, "The form was not understood.", "Go back to the page and use its buttons.")
      return
    }
    const requested = SandboxScopes.parse(interaction.params["scope"])
    const parsed = ConsentDecision.parse(form, requested)
    if (Result.isFailure(parsed)) {
      await show(ctx, interaction, { problem: parsed.failure, account: form.get("account") })
      return
    }
    const decision = parsed.success
    if (decision._tag === "Denied") {
      const denied = { error: "access_denied", error_description: "the user refused" }
      ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, denied, { mergeWithLastSubmission: false }))
    } else {
      const session = await provider.Session.get(ctx)
      const { clientId } = await clientOf(interaction)
      const { account: accountId, granted, refused } = decision
      const grant = await saveGrant(provider, { accountId, clientId, granted, refused })
      const result = { login: { accountId }, consent: { grantId: grant.jti }, select_account: {} }
      const returnTo = await provider.interactionResult(ctx.req, ctx.res, result)
      await switchAccount(session, accountId)
      ctx.redirect(returnTo)
    }
    ctx.status = 303
  }

  return async (ctx, next) => {
    if (!/^\/interaction\/[\w-]+$/.test(ctx.path)) return next()
    try {
      const interaction = await provider.interactionDetails(ctx.req, ctx.res)
      if (ctx.method === "POST") await decide(ctx, interaction)
      else if (ctx.method === "GET" || ctx.method === "HEAD") await show(ctx, interaction)
      else ctx.status = 405
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error
      SandboxPage.sendProblem(
        ctx,
        400,
        "This page has expired or was already answered.",
        "Start again from the product that sent you here. Cookies must be allowed."
      )
    }
  }
}
