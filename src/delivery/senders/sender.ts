/** One mail, ready to leave. */
export interface Email {
  organizationId: string
  messageId: string
  /** 1 at the first try; a later try is another mail, with a fresh link. */
  tryNumber: number
  to: string
  subject: string
  text: string
  html: string
}

/** A way for mail to leave. */
export interface EmailSender {
  /** Hands one mail over, within half a minute. Throws `SendFault` when it could not. */
  send(email: Email): Promise<void>
  close(): Promise<void>
}

/** One text message, ready to leave. */
export interface Sms {
  organizationId: string
  messageId: string
  tryNumber: number
  /** E.164. */
  to: string
  text: string
}

/** A way for text messages to leave. */
export interface SmsSender {
  /**
   * Hands one text over, within half a minute. Returns the id under which its provider will report on it; null where none
   * will. Throws `SendFault` when it could not, or when nobody knows whether it could.
   */
  send(sms: Sms): Promise<string | null>
  close(): Promise<void>
}

/** For an installation without a provider: every text is refused for good, and recovery goes by mail. */
export const noSmsSender: SmsSender = {
  send: () => Promise.reject(new SendFault('not configured', { retry: false })),
  close: () => Promise.resolve(),
}

/** A message could not be handed over. The label is a class of fault, such as "smtp 550": no address, nothing a server said. */
export class SendFault extends Error {
  override name = 'SendFault'
  /** Whether another try can help. */
  readonly retry: boolean
  readonly label: string
  /** How long the other side asked to be left alone. */
  readonly retryAfterMs: number

  constructor(label: string, options: { retry: boolean; retryAfterMs?: number }) {
    super(label)
    this.label = label
    this.retry = options.retry
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}

/** The one number that a text goes to. Throws a permanent `SendFault` for anything that is not E.164. */
export function soleNumber(number: string): string {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new SendFault('bad recipient', { retry: false })
  return number
}

/**
 * The one bare mailbox that a mail goes to. Throws a permanent `SendFault` for anything in which a mail library or
 * server could find a second recipient: a line break, a list, a display name, a comment, a quoted part.
 */
export function soleMailbox(address: string): { address: string } {
  const isSole =
    address.length <= 254 && /^[^\p{C}\p{Z}@,;:<>()[\]"\\]+@[^\p{C}\p{Z}@,;:<>()[\]"\\]+$/u.test(address)
  if (!isSole) throw new SendFault('bad recipient', { retry: false })
  return { address }
}
