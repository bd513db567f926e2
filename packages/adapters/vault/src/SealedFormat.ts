import type { SealingContext } from "@oauth-manager/application"
import { Sealed } from "@oauth-manager/domain"
import type { KeyObject } from "node:crypto"
import * as AesGcm from "./AesGcm.ts"
import * as AssociatedData from "./AssociatedData.ts"

const version = Uint8Array.of(1)
const dataKeyIdLength = 16
const headerLength = version.length + dataKeyIdLength

const associatedData = (context: SealingContext, dataKeyId: Uint8Array) =>
  AssociatedData.encode([
    version,
    dataKeyId,
    context.owner.tenant,
    context.owner.user,
    context.object,
    context.field,
    AssociatedData.uint64(context.generation)
  ])

const encoder = new TextEncoder()

export const seal = (
  key: { readonly id: Uint8Array; readonly key: KeyObject },
  nonce: Uint8Array,
  context: SealingContext,
  plaintext: string
): Sealed =>
  Sealed.make(
    AesGcm.seal({
      key: key.key,
      header: Buffer.concat([version, key.id]),
      nonce,
      aad: associatedData(context, key.id),
      plaintext: encoder.encode(plaintext)
    })
  )

/** Whether this is version 1 and long enough to hold an empty secret. */
export const isRecognised = (sealed: Uint8Array): boolean =>
  sealed.length >= headerLength + AesGcm.overhead && sealed[0] === version[0]

export const dataKeyIdOf = (sealed: Uint8Array): Uint8Array => sealed.subarray(version.length, headerLength)

/** The secret, or undefined where it was not sealed by this key in this context. */
export const open = (key: KeyObject, context: SealingContext, sealed: Uint8Array): string | undefined =>
  AesGcm.open({ key, headerLength, aad: associatedData(context, dataKeyIdOf(sealed)), sealed })?.toString("utf8")
