import ipaddr from "ipaddr.js"

type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Network = ReturnType<typeof ipaddr.parseCIDR>

/** Which addresses beside those of public hosts a connection may be made to. */
export interface AddressRules {
  readonly loopback: boolean
  /** Private networks with providers of the operator's own. */
  readonly networks: ReadonlyArray<Network>
}

/** Where clouds hand their credentials to whoever asks. No rule opens them. */
const metadataServices = [
  "169.254.0.0/16",
  "fe80::/10",
  "fd00:ec2::/32",
  "fd20:ce::/32",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "192.0.0.192/32"
].map((network) => ipaddr.parseCIDR(network))

/** RFC 1918, RFC 6598 and RFC 4193. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map((network) =>
  ipaddr.parseCIDR(network)
)

/** IPv6 addresses that are given to hosts at all (RFC 4291 §2.4); the rest is nobody's, or a form of something else. */
const globalUnicast = ipaddr.parseCIDR("2000::/3")

const isIn = (address: Address, [network, bits]: Network): boolean =>
  address.kind() === network.kind() && address.match(network, bits)

const ipv4At = (bytes: ReadonlyArray<number>, offset: number, mask = 0): ipaddr.IPv4 =>
  new ipaddr.IPv4(bytes.slice(offset, offset + 4).map((byte) => byte ^ mask))

/** The IPv4 hosts that a packet to the address ends at; none where it stays one of IPv6. */
const embedded = (address: Address): ReadonlyArray<ipaddr.IPv4> => {
  if (address.kind() === "ipv4") return []
  const bytes = address.toByteArray()
  switch (address.range()) {
    case "ipv4Mapped":
    case "rfc6145":
      return [ipv4At(bytes, 12)]
    case "rfc6052":
      // Where the IPv4 address stands below the prefix for local use (RFC 8215) only the network knows
      return bytes[5] === 0 ? [ipv4At(bytes, 12)] : []
    case "6to4":
      return [ipv4At(bytes, 2)]
    case "teredo":
      // The relay, and the client's address with every bit turned (RFC 4380 §4)
      return [ipv4At(bytes, 4), ipv4At(bytes, 12, 0xff)]
    default:
      return []
  }
}

const isOpen = (address: Address, { loopback, networks }: AddressRules): boolean => {
  if (metadataServices.some((network) => isIn(address, network))) return false
  const range = address.range()
  const isPublic = range === "unicast" && (address.kind() === "ipv4" || isIn(address, globalUnicast))
  return isPublic || (range === "loopback" && loopback) || networks.some((network) => isIn(address, network))
}

/** May a connection be made to this very address? What is no address in its usual spelling is refused. */
export const isPermitted = (text: string, rules: AddressRules): boolean => {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.kind() === "ipv6" && text.includes("%")) return false
  const inner = embedded(address)
  return inner.length === 0 ? isOpen(address, rules) : inner.every((host) => isOpen(host, rules))
}

/** A network in CIDR notation that an operator may open; undefined where it is none, or not wholly private. */
export const parseNetwork = (text: string): Network | undefined => {
  if (!ipaddr.isValidCIDR(text)) return undefined
  const network = ipaddr.parseCIDR(text)
  const [address, bits] = network
  return privateNetworks.some((outer) => isIn(address, outer) && bits >= outer[1]) ? network : undefined
}
