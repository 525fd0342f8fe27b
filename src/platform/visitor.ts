/** Who stands at the other end of a request, as far as the server itself can tell. The whole address goes no further. */
export interface Visitor {
  /** What limits count by: the address, an IPv6 one by its /64. Stored only hashed. */
  network: string
  /** What may be kept and shown of where a person was: a shortened address. */
  place: string
  /** Browser and system in words, such as "Firefox · Linux"; empty when the browser does not say. */
  device: string
  requestId: string
}
