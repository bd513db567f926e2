/** Addresses that no request to a provider may reach: this machine, its networks, and where clouds hand out credentials. */
const forbidden = [
  "127.0.0.1",
  "127.1.2.3",
  "0.0.0.0",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "224.0.0.1",
  "255.255.255.255",
  "198.18.0.1"
]

const bytesOf = (address: string): ReadonlyArray<number> => address.split(".").map(Number)

const numberOf = (address: string): number => bytesOf(address).reduce((sum, byte) => sum * 256 + byte, 0)

const octal = (value: number, zeros = 1): string => "0".repeat(zeros) + value.toString(8)

const hex = (value: number, width = 1): string => value.toString(16).padStart(width, "0")

const hextets = (address: string, mask = 0): string => {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(address).map((byte) => byte ^ mask)
  return `${hex(a * 256 + b)}:${hex(c * 256 + d)}`
}

const withDigits = (address: string, zero: number): string =>
  address.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))

/** How URL, or a resolver behind it, may be led to read an IPv4 address. */
const spellings = (address: string): ReadonlyArray<string> => {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(address)
  return [
    address,
    `${address}.`,
    String(numberOf(address)),
    `0x${hex(numberOf(address))}`,
    octal(numberOf(address)),
    `${octal(a)}.${octal(b)}.${octal(c)}.${octal(d)}`,
    `${octal(a, 4)}.${octal(b)}.${octal(c)}.${octal(d)}`,
    `0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    withDigits(address, 0xff10),
    withDigits(address, 0x1d7ce),
    address.replaceAll(".", "\u3002"),
    address.replaceAll(".", "%2e")
  ]
}

/** IPv6 addresses whose packets come to an IPv4 host. */
const carriers = (address: string): ReadonlyArray<string> => [
  `[::ffff:${address}]`,
  `[0:0:0:0:0:ffff:${hextets(address)}]`,
  `[::ffff:0:${hextets(address)}]`,
  `[::${hextets(address)}]`,
  `[64:ff9b::${hextets(address)}]`,
  `[64:ff9b:1::${hextets(address)}]`,
  `[2002:${hextets(address)}::1]`,
  `[2001:0:808:808:0:0:${hextets(address, 0xff)}]`,
  `[2001:0:${hextets(address)}:0:0:${hextets("8.8.8.8", 0xff)}]`
]

const ipv6 = [
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[fe80::1]",
  "[fe80::1%25lo]",
  "[::1%25lo]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[fd20:ce::254]",
  "[fec0::1]",
  "[ff02::1]",
  "[100::1]",
  "[2001:db8::1]",
  "[3fff::1]",
  "[4000::1]"
]

/** Names that mean this machine wherever they are looked up. */
const names = [
  "localhost",
  "localhost.",
  "LOCALHOST",
  "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
  "a.localhost"
]

/** Hosts as they may stand in a URL, each of them a way to a place that is forbidden. */
export const hosts: ReadonlyArray<string> = [
  ...forbidden.flatMap((address) => [...spellings(address), ...carriers(address)]),
  ...ipv6,
  ...names
]

/** What a resolver may answer for a name: addresses as the system writes them. */
export const answers: ReadonlyArray<string> = [
  ...forbidden,
  ...forbidden.flatMap((address) => carriers(address).map((host) => host.slice(1, -1))),
  "::1",
  "::",
  "fe80::1",
  "fe80::1%lo",
  "fc00::1",
  "fd00:ec2::254",
  "2001:db8::1"
]
