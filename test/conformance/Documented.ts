import type { Options } from "@oauth-manager/provider-sdk/conformance"

/** What the providers document, and what was seen of them. */

export const google: Options = {
  documentedTokens: [
    {
      body: {
        access_token: "1/fFAGRNJru1FTz70BzhT3Zg",
        expires_in: 3920,
        token_type: "Bearer",
        scope:
          "https://www.googleapis.com/auth/drive.metadata.readonly https://www.googleapis.com/auth/calendar.readonly",
        refresh_token: "1//xEoDL4iW3cxlI7yDbSRFYNG01kVKM2C-259HOF2aQbI"
      },
      scopes: [
        "https://www.googleapis.com/auth/calendar.readonly",
        "https://www.googleapis.com/auth/drive.metadata.readonly"
      ]
    },
    {
      body: {
        access_token: "1/fFAGRNJru1FTz70BzhT3Zg",
        expires_in: 3599,
        token_type: "Bearer",
        scope: "https://www.googleapis.com/auth/userinfo.email openid https://www.googleapis.com/auth/userinfo.profile"
      },
      scopes: ["email", "openid", "profile"]
    }
  ],
  documentedErrors: [
    {
      at: "refresh",
      body: { error: "invalid_grant", error_description: "Token has been expired or revoked." },
      means: "reauthorize"
    },
    {
      at: "refresh",
      body: { error: "invalid_grant", error_subtype: "invalid_rapt", error_description: "reauth related error" },
      means: "reauthorize"
    },
    { at: "exchange", body: { error: "invalid_grant", error_description: "Bad Request" }, means: "restart_flow" },
    {
      at: "refresh",
      status: 401,
      body: { error: "invalid_client", error_description: "Unauthorized" },
      means: "misconfigured"
    },
    { at: "refresh", status: 401, body: { error: "deleted_client" }, means: "misconfigured" },
    { at: "refresh", body: { error: "admin_policy_enforced" }, means: "admin_action" },
    { at: "callback", body: { error: "org_internal" }, means: "admin_action" }
  ]
}

export const youtube: Options = {
  documentedAccounts: [
    {
      body: {
        kind: "youtube#channelListResponse",
        items: [{ kind: "youtube#channel", id: "UC_x5XG1OV2P6uZZ5FSM9Ttw", snippet: { title: "Google Developers" } }]
      },
      account: { id: "UC_x5XG1OV2P6uZZ5FSM9Ttw", name: "Google Developers" }
    }
  ]
}

const revoked = {
  error: "invalid_grant",
  error_description:
    "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed.\r\nTrace ID: 47a2\r\nTimestamp: 2021-10-29 17:16:31Z",
  error_codes: [50173],
  timestamp: "2021-10-29 17:16:31Z",
  error_uri: "https://login.microsoftonline.com/error?code=50173",
  suberror: "bad_token"
}

export const microsoft: Options = {
  documentedTokens: [
    {
      body: {
        access_token: "eyJ0eXAi",
        token_type: "Bearer",
        expires_in: 3599,
        ext_expires_in: 3599,
        scope: "https://graph.microsoft.com/mail.read",
        refresh_token: "AwABAAAA",
        id_token: "eyJ0eXAi"
      },
      scopes: ["Mail.Read"]
    }
  ],
  documentedErrors: [
    { at: "refresh", body: revoked, means: "reauthorize" },
    {
      at: "refresh",
      body: { error: "invalid_grant", suberror: "consent_required", error_codes: [65001] },
      means: "reauthorize"
    },
    { at: "refresh", body: { error: "interaction_required", error_codes: [50076] }, means: "reauthorize" },
    { at: "refresh", body: { error: "invalid_grant", error_codes: [53003] }, means: "admin_action" },
    { at: "exchange", body: { error: "invalid_grant", error_codes: [54005] }, means: "restart_flow" },
    {
      at: "exchange",
      status: 401,
      body: { error: "invalid_client", error_codes: [7000215] },
      means: "misconfigured"
    },
    {
      at: "callback",
      body: { error: "access_denied", error_description: "AADSTS65004: User declined to consent." },
      means: "reauthorize"
    },
    {
      at: "callback",
      body: { error: "invalid_client", error_description: "AADSTS650052: The app needs access to a service." },
      means: "admin_action"
    }
  ]
}

export const notion: Options = {
  documentedTokens: [
    {
      body: {
        access_token: "ntn_1",
        token_type: "bearer",
        refresh_token: "nrt_1",
        bot_id: "b3414d65-1224-5d11-8f91-2a6a5f1ab5f8",
        workspace_icon: null,
        workspace_name: "Ada's Workspace",
        workspace_id: "1b8e1c2f-7d0a-4a55-9a35-5ce2f9e27a5e",
        owner: {
          type: "user",
          user: {
            object: "user",
            id: "9f2d1c3e-0a4b-4e8f-8f53-7d9a6c0e1b2d",
            type: "person",
            name: "Ada",
            avatar_url: null,
            person: { email: "ada@example.org", email_verified: true }
          }
        },
        duplicated_template_id: null,
        request_id: "5f5c9d3e-8a57-4f7e-b1b1-2f6a1f7f4c11"
      },
      account: {
        id: "1b8e1c2f-7d0a-4a55-9a35-5ce2f9e27a5e:9f2d1c3e-0a4b-4e8f-8f53-7d9a6c0e1b2d",
        email: "ada@example.org",
        name: "Ada's Workspace"
      }
    }
  ],
  documentedErrors: [
    { at: "exchange", status: 401, body: { error: "invalid_client", request_id: "1" }, means: "misconfigured" },
    { at: "exchange", body: { error: "invalid_grant" }, means: "restart_flow" },
    { at: "refresh", body: { object: "error", code: "invalid_grant", message: "Refused." }, means: "reauthorize" },
    { at: "refresh", status: 429, body: { object: "error", code: "rate_limited" }, means: "retry" },
    {
      at: "refresh",
      status: 429,
      body: {
        object: "error",
        code: "rate_limited",
        additional_data: { rate_limit_reason: "public_api_request_blocked" }
      },
      means: "misconfigured"
    },
    { at: "refresh", status: 529, body: { object: "error", code: "service_overload" }, means: "retry" },
    { at: "exchange", status: 403, body: { object: "error", code: "restricted_resource" }, means: "admin_action" }
  ]
}

export const github: Options = {
  documentedTokens: [
    { body: { access_token: "gho_16C7", scope: "repo,gist", token_type: "bearer" }, scopes: ["gist", "repo"] }
  ],
  documentedErrors: [
    {
      at: "exchange",
      body: {
        error: "bad_verification_code",
        error_description: "The code passed is incorrect or expired.",
        error_uri: "https://docs.github.com/apps"
      },
      means: "restart_flow"
    },
    { at: "exchange", body: { error: "incorrect_client_credentials" }, means: "misconfigured" }
  ],
  documentedAccounts: [
    {
      body: { login: "octocat", id: 583231, node_id: "MDQ6VXNlcjU4MzIzMQ==", name: "The Octocat", email: null },
      account: { id: "583231", name: "octocat" }
    }
  ]
}
