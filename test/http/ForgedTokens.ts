import { base64url, CompactEncrypt, exportSPKI, FlattenedSign, SignJWT } from "jose"
import { claims, type Claims, ec, now, rsa, sign, signingKey } from "./JwtIssuer.ts"

const encoder = new TextEncoder()
const encode = (value: unknown): string => base64url.encode(JSON.stringify(value))

/** A token as it is written, with a signature that is merely there. */
const written = (header: unknown, payload: unknown = claims, signature = "c2lnbmF0dXJl"): string =>
  `${encode(header)}.${encode(payload)}.${signature}`

const hmac = (alg: string, secret: Uint8Array): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg, kid: "rsa", typ: "at+jwt" }).sign(secret)

const attackersRsa = await signingKey("RS256", "rsa")
const attackersEc = await signingKey("ES256", "ec")
const strong = await signingKey("ES512", "ec")
const publicPem = await exportSPKI(rsa.pair.publicKey)

const good = await sign(claims)
const [goodHeader = "", goodPayload = "", goodSignature = ""] = good.split(".")
const goodRsa = await sign(claims, rsa)

const without = (name: string): Claims => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))

const atUrl = "http://127.0.0.1:9/attacker.json"

const flattened = async (): Promise<string> => {
  const jws = await new FlattenedSign(encoder.encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "ES256", kid: "ec", b64: false, crit: ["b64"] })
    .sign(ec.pair.privateKey)
  return `${jws.protected}.${goodPayload}.${jws.signature}`
}

const derSignature = (): string => {
  const raw = base64url.decode(goodSignature)
  const integer = (bytes: Uint8Array): ReadonlyArray<number> => [2, bytes.length + 1, 0, ...bytes]
  const body = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))]
  return base64url.encode(Uint8Array.from([0x30, body.length, ...body]))
}

/** Tokens that nobody whom the service trusts has signed for it, or that say what no good token says. */
export const forged: Readonly<Record<string, string>> = {
  "alg none": written({ alg: "none" }, claims, ""),
  "alg None": written({ alg: "None", typ: "JWT" }, claims, ""),
  "alg nOnE with a signature": written({ alg: "nOnE", kid: "ec" }, claims, goodSignature),
  "no alg": written({ typ: "JWT", kid: "ec" }),
  "alg that is a list": written({ alg: ["ES256"], kid: "ec" }),
  "HS256 with the public key's PEM": await hmac("HS256", encoder.encode(publicPem)),
  "HS256 with the public key's JWK": await hmac("HS256", encoder.encode(JSON.stringify(rsa.jwk))),
  "HS384 with the modulus": await hmac("HS384", base64url.decode(rsa.jwk.n ?? "")),
  "HS512 with an empty secret": written({ alg: "HS512", kid: "rsa" }, claims, base64url.encode(new Uint8Array(64))),
  "another RSA key under the same kid": await sign(claims, attackersRsa),
  "another EC key under the same kid": await sign(claims, attackersEc),
  "an algorithm that is not accepted": await sign(claims, strong),
  "a kid nobody knows": await sign(claims, ec, { kid: "unknown" }),
  "a kid that is a path": await sign(claims, attackersEc, { kid: "../../../../dev/null" }),
  "a kid that is SQL": await sign(claims, attackersEc, { kid: "' UNION SELECT 'key" }),
  "a kid that is a number": written({ alg: "ES256", kid: 1 }, claims, goodSignature),
  "the attacker's key in jwk": await sign(claims, attackersEc, { jwk: attackersEc.jwk, kid: "x" }),
  "the attacker's keys at jku": await sign(claims, attackersEc, { jku: atUrl, kid: "x" }),
  "the attacker's certificate at x5u": await sign(claims, attackersEc, { x5u: atUrl, kid: "x" }),
  "the attacker's certificate in x5c": await sign(claims, attackersEc, { x5c: ["MIIB"], kid: "x" }),
  "a critical extension": written({ alg: "ES256", kid: "ec", crit: ["exp"], exp: now }, claims, goodSignature),
  "an unencoded payload": await flattened(),
  "claims changed after signing": `${goodHeader}.${encode({ ...claims, sub: "root" })}.${goodSignature}`,
  "a header changed after signing": goodRsa.replace(/^[^.]+/, encode({ alg: "PS256", kid: "rsa", typ: "at+jwt" })),
  "a signature cut short": good.slice(0, -8),
  "no signature": `${goodHeader}.${goodPayload}.`,
  "the signature of another token": `${(await sign({ ...claims, sub: "root" })).replace(/[^.]+$/, goodSignature)}`,
  "a signature of zeros": `${goodHeader}.${goodPayload}.${base64url.encode(new Uint8Array(64))}`,
  "a signature in DER": `${goodHeader}.${goodPayload}.${derSignature()}`,
  "another issuer": await sign({ ...claims, iss: "https://evil.example" }),
  "an issuer that begins alike": await sign({ ...claims, iss: "https://auth.example.evil" }),
  "no issuer": await sign(without("iss")),
  "a list of issuers": await sign({ ...claims, iss: ["https://auth.example"] }),
  "another audience, as an ID token's": await sign({ ...claims, aud: "a-client-id" }),
  "no audience": await sign(without("aud")),
  "an audience that is an object": await sign({ ...claims, aud: { "oauth-manager": true } }),
  "no end": await sign(without("exp")),
  "an end long past": await sign({ ...claims, exp: now - 3600 }),
  "an end that is text": await sign({ ...claims, exp: String(now + 60) }),
  "a beginning yet to come": await sign({ ...claims, nbf: now + 3600 }),
  "an issue yet to come": await sign({ ...claims, iat: now + 3600 }),
  "the type of a logout token": await sign(claims, ec, { typ: "logout+jwt" }),
  "the type of a proof": await sign(claims, ec, { typ: "dpop+jwt" }),
  "no subject": await sign(without("sub")),
  "a subject that is a number": await sign({ ...claims, sub: 7 }),
  "claims that are a list": await new FlattenedSign(encoder.encode("[]"))
    .setProtectedHeader({ alg: "ES256", kid: "ec" })
    .sign(ec.pair.privateKey)
    .then(({ protected: header, payload, signature }) => `${header}.${payload}.${signature}`),
  "an encrypted token": await new CompactEncrypt(encoder.encode(good))
    .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", cty: "JWT" })
    .encrypt((await signingKey("RSA-OAEP-256", "x")).pair.publicKey),
  "two dots": "..",
  "one part": goodHeader,
  "a header that is no JSON": `${base64url.encode("{")}.${goodPayload}.${goodSignature}`,
  padding: `${goodHeader}.${goodPayload}.${goodSignature}==`
}

export { good }
