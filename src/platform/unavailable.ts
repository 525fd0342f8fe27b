/** Something needed is away or overloaded for now: the visitor gets 503 with Retry-After, and nothing was changed. */
export class Unavailable extends Error {
  override name = 'Unavailable'
  readonly what: string
  readonly retryAfterSeconds: number

  constructor(what: string, options: { retryAfterSeconds: number; cause?: unknown }) {
    super(`${what} is unavailable`, { cause: options.cause })
    this.what = what
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
