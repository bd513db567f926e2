import { Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"

/** What one subscriber is given of IPv6 (RFC 6177): who has an address there has them all. */
const subscriberPrefix = 64

/** The name under which requests from an address are counted. */
export const addressKey = (address: string): string => {
  if (!address.includes(":")) return address
  const parsed = NetAddress.ipFromString(address.split("%", 1)[0] ?? address)
  if (Result.isFailure(parsed)) return address
  const canonical = NetAddress.toCanonical(parsed.success)
  return NetAddress.isIpv4Address(canonical)
    ? NetAddress.formatIp(canonical)
    : IpNetwork.format(IpNetwork.fromAddressUnsafe(canonical, subscriberPrefix))
}
