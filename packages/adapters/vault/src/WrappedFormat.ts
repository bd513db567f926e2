import type { WrappingContext } from "@oauth-manager/application"
import type { KeyObject } from "node:crypto"
import * as AesGcm from "./AesGcm.ts"
import * as AssociatedData from "./AssociatedData.ts"
import * as DataKeyId from "./DataKeyId.ts"

const version = Uint8Array.of(1)

const associatedData = (keyId: string, context: WrappingContext) =>
  AssociatedData.encode(
    context.purpose === "canary"
      ? [version, keyId, "canary"]
      : [version, keyId, context.owner.tenant, context.owner.user, DataKeyId.toBytes(context.dataKeyId)]
  )

export interface NamedKey {
  readonly id: string
  readonly key: KeyObject
}

export const wrap = (
  keyEncryptionKey: NamedKey,
  nonce: Uint8Array,
  context: WrappingContext,
  dataKey: Uint8Array
): Uint8Array =>
  AesGcm.seal({
    key: keyEncryptionKey.key,
    header: version,
    nonce,
    aad: associatedData(keyEncryptionKey.id, context),
    plaintext: dataKey
  })

export const isRecognised = (wrapped: Uint8Array): boolean =>
  wrapped.length === version.length + AesGcm.overhead + AesGcm.keyLength && wrapped[0] === version[0]

/** The data key, or undefined where it was not wrapped by this key in this context. */
export const unwrap = (
  keyEncryptionKey: NamedKey,
  context: WrappingContext,
  wrapped: Uint8Array
): Uint8Array | undefined =>
  AesGcm.open({
    key: keyEncryptionKey.key,
    headerLength: version.length,
    aad: associatedData(keyEncryptionKey.id, context),
    sealed: wrapped
  })
