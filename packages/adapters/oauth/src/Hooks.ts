import { Option } from "effect"

/** Nobody waits for a promise: it is no answer, and its failure must not end the process. */
const unawaited = <A>(answer: A): A => {
  if (answer instanceof Promise) void answer.catch(() => undefined)
  return answer
}

/**
 * What a plugin's hook makes of a value; none where it throws, or answers what is no plain data. Both are copies, so that
 * nothing which it keeps or changes is ours.
 */
export const call = <I, A>(hook: (value: I) => A, value: I): Option.Option<A> =>
  Option.liftThrowable(() => structuredClone(unawaited(hook(structuredClone(value)))))()
