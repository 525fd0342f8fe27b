/** Who stands at the other end of a request, as far as the server itself can tell. */
export interface Visitor {
  /** The whole network address; stored only shortened (`shownAddress`) or hashed. */
  address: string
  /** Browser and system in words, such as "Firefox on Linux". */
  device: string
  requestId: string
}
