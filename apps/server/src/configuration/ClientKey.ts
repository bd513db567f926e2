import { Schema, SchemaTransformation } from "effect"
import { createPrivateKey, type KeyObject } from "node:crypto"

const parse = (text: string): KeyObject =>
  text.startsWith("{") ? createPrivateKey({ key: JSON.parse(text), format: "jwk" }) : createPrivateKey(text)

const curves = new Set(["prime256v1", "secp384r1", "secp521r1"])

/** Only what private_key_jwt can sign with (RFC 7518 §3.1, RFC 8037). */
const canSign = ({ asymmetricKeyDetails = {}, asymmetricKeyType }: KeyObject): boolean => {
  switch (asymmetricKeyType) {
    case "rsa":
      return (asymmetricKeyDetails.modulusLength ?? 0) >= 2048
    case "ec":
      return curves.has(asymmetricKeyDetails.namedCurve ?? "")
    default:
      return asymmetricKeyType === "ed25519"
  }
}

const isUsable = (text: string): boolean => {
  try {
    return canSign(parse(text))
  } catch {
    return false
  }
}

/** Environments that hold single lines alone write the line ends of PEM as `\n`. */
const withLineEnds = (text: string): string => (text.startsWith("{") ? text : text.replaceAll("\\n", "\n"))

/** A private key in a variable. What is refused is not shown. */
export const ClientKey = Schema.RedactedFromValue(
  Schema.Trim.pipe(
    Schema.decodeTo(
      Schema.String.check(
        Schema.makeFilter(isUsable, {
          message:
            "must be a private key, a JWK in JSON or PKCS #8 in PEM: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519"
        })
      ),
      SchemaTransformation.transform({ decode: withLineEnds, encode: (text) => text })
    )
  )
)
