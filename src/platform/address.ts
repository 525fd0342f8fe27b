import ipaddr from 'ipaddr.js'

/**
 * The network address that limits count by: an IPv4 address whole, an IPv6 address by its /64, because one subscriber
 * holds all 2^64 addresses of it. Every spelling of one address gives the same text. Unreadable input gives "unknown",
 * one bucket for all of them.
 */
export function limitedAddress(address: string): string {
  return prefix(address, 32, 64)
}

/** What is shown and kept of a person's address: its /24 or /48, enough to recognize a place, too little to follow one. */
export function shownAddress(address: string): string {
  return prefix(address, 24, 48)
}

/** Whether the host of a URL is this machine itself, to which nothing goes over a network. */
export function isThisMachine(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (!ipaddr.isValid(address)) return address.toLowerCase() === 'localhost'
  return ipaddr.process(address).range() === 'loopback'
}

/** Whether an address is this machine's or a private network's, so that no public one is served under it. */
export function isPrivate(host: string): boolean {
  if (isThisMachine(host)) return true
  if (!ipaddr.isValid(host)) return false
  return ['private', 'uniqueLocal', 'linkLocal'].includes(ipaddr.process(host).range())
}

function prefix(address: string, ipv4Bits: number, ipv6Bits: number): string {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  const [family, bits] = parsed.kind() === 'ipv4' ? [ipaddr.IPv4, ipv4Bits] : [ipaddr.IPv6, ipv6Bits]
  const network = family.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${bits}`)
  return bits === 32 ? network.toString() : `${network.toString()}/${bits}`
}
