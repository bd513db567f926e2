/** On every answer that does not say otherwise itself. */
export const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
} as const

/** For a year: browsers take it from answers by https alone. */
export const transportHeaders = { "strict-transport-security": "max-age=31536000" } as const
