/** What a page may claim to come from, where `https://app.example` alone is listed. */
export const originTricks = [
  "null",
  "*",
  "",
  "https://app.example.evil.test",
  "https://evil-app.example",
  "https://app.example.",
  "https://app.example:443",
  "https://app.example:8443",
  "http://app.example",
  "https://APP.example",
  "https://app.example/",
  "https://app.example, https://evil.test",
  "https://evil.test, https://app.example",
  "https://app.example@evil.test",
  "https://evil.test@app.example",
  "https://sub.app.example",
  "https://app.example#",
  "https://app.example?",
  "https://app.example\\.evil.test",
  "https://app.example%00.evil.test",
  "https://app.example%2eevil.test",
  "https://xn--pp-eka.example",
  "https://app.examp1e",
  "https://app_example",
  "https://appXexample",
  "//app.example",
  "app.example",
  "wss://app.example",
  "chrome-extension://app.example",
  "data:text/html,https://app.example",
  "file://",
  "https://app%2eexample"
] as const

/** Headers by which proxies and frameworks tell who calls, from where, and for what. */
export const forwardedHeaders = (user: string, path: string): ReadonlyArray<Readonly<Record<string, string>>> => {
  const names = [
    "x-forwarded-user",
    "x_forwarded_user",
    "x-forwarded-preferred-username",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-auth-request-user",
    "x-auth-request-email",
    "x-authenticated-user",
    "x-authenticated-userid",
    "x-remote-user",
    "remote-user",
    "remote_user",
    "x-user",
    "x-user-id",
    "x-webauth-user",
    "x-ms-client-principal-name",
    "x-goog-authenticated-user-id",
    "x-consumer-username",
    "x-tenant-id",
    "x-impersonate-user",
    "impersonate-user"
  ]
  const paths = [
    "x-forwarded-uri",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
    "x-forwarded-prefix",
    "x-forwarded-path"
  ]
  const addresses = ["forwarded", "x-forwarded-for", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"]
  return [
    ...names.map((name) => ({ [name]: user })),
    ...paths.map((name) => ({ [name]: path })),
    ...addresses.map((name) => ({ [name]: name === "forwarded" ? "for=127.0.0.1;host=localhost" : "127.0.0.1" })),
    { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https" },
    { "x-http-method-override": "GET" },
    { "x-forwarded-client-cert": `Subject="CN=${user}"` },
    { "x-forwarded-access-token": "e30.e30." }
  ]
}

/** Members that no body knows, as they are written in JSON. */
export const foreignMembers = [
  '"user_id":"root"',
  '"user":"root"',
  '"owner":{"tenant":"other","user":"root"}',
  '"tenant":"other"',
  '"tenant_id":"other"',
  '"role":"admin"',
  '"roles":["admin"]',
  '"is_admin":true',
  '"permissions":["tokens:read"]',
  '"id":"0190b4c5-0000-7000-8000-000000000001"',
  '"status":"active"',
  '"access_token":"x"',
  '"__proto__":{"admin":true}',
  '"constructor":{"prototype":{"admin":true}}',
  '"prototype":{"admin":true}',
  '"toString":"x"'
] as const
