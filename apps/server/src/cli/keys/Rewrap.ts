import { AdoptKeys, ListKeys, ReplaceDataKeys, RewrapDataKeys, RotateKeys } from "@oauth-manager/application"
import { Console, Effect } from "effect"
import { CommandFailed } from "../CommandFailed.ts"
import { told } from "./KeyRefusals.ts"
import * as OperatorKeys from "./OperatorKeys.ts"

const progress = (what: string) => (count: number) => Console.error(`${what} ${count} data keys so far`)

const work = Effect.fnUntraced(function* ({ dataKeys }: { readonly dataKeys: boolean }) {
  const { register } = yield* AdoptKeys
  yield* register
  const rotating = yield* RotateKeys
  yield* rotating.requestForOperator({ dataKeys })
  const rewrapping = yield* RewrapDataKeys
  const { failed: unwrapped, rewrapped } = yield* rewrapping.pass(progress("rewrapped"))
  const replacing = yield* ReplaceDataKeys
  const { failed: unopened, replaced } = yield* replacing.pass(progress("replaced"))
  const listing = yield* ListKeys
  const { rotation } = yield* listing.listForOperator
  return { rewrapped, replaced, failed: unwrapped + unopened, rotation }
})

/** Does there and then what servers do in the background; it may be broken off, and run beside them. */
export const run = Effect.fnUntraced(function* (options: { readonly dataKeys: boolean }) {
  const { failed, replaced, rewrapped, rotation } = yield* told(work(options))
  yield* Console.log(`Rewrapped ${rewrapped} and replaced ${replaced} of ${rotation.dataKeys} data keys.`)
  const left = rotation.toRewrap + rotation.toReplace
  if (failed > 0) {
    return yield* new CommandFailed({ message: `${failed} could not be opened; the log above says which and why.` })
  }
  if (left > 0) {
    yield* Console.log(
      `${left} are left: their users connect an account or refresh a token at this moment, or this machine lacks their key. `
        + "Servers go on in the background."
    )
  }
}, Effect.provide(OperatorKeys.layer))
