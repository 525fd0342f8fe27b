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

/** A mail could not be handed over. The label is a class of fault, such as "smtp 550": no address, nothing a server said. */
export class SendFault extends Error {
  override name = 'SendFault'
  /** Whether another try can help. */
  readonly retry: boolean
  readonly label: string

  constructor(label: string, options: { retry: boolean }) {
    super(label)
    this.label = label
    this.retry = options.retry
  }
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
