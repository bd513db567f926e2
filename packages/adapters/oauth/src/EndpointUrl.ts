import { Result } from "effect"
import type { ConfigurationFault } from "./ErrorClassification.ts"

export const isLoopbackUrl = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** http on the machine itself: emulators and tests. */
export const isLoopbackHttp = (value: string): boolean => {
  const url = URL.parse(value)
  return url !== null && url.protocol === "http:" && isLoopbackUrl(url)
}

export const hasSameOrigin = (a: string, b: string): boolean => {
  const origin = URL.parse(a)?.origin
  return origin !== undefined && origin === URL.parse(b)?.origin
}

/**
 * Accepts https, and http to loopback where `mayBeLoopback`: metadata fetched over the network must not turn the
 * service against its own host.
 */
export const vet = (value: string, mayBeLoopback: boolean): Result.Result<string, ConfigurationFault> => {
  const url = URL.parse(value)
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "" || /[{}]/.test(url.host)) {
    return Result.fail("invalid_endpoint")
  }
  return url.protocol === "https:" || (mayBeLoopback && isLoopbackHttp(value))
    ? Result.succeed(value)
    : Result.fail("insecure_endpoint")
}
