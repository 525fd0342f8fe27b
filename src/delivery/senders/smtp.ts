import { createTransport } from 'nodemailer'
import { isThisMachine } from '../../platform/address.ts'
import { SendFault, soleMailbox, type EmailSender } from './sender.ts'

/** How many mails may be on their way at once. A slow server holds these connections and nothing else. */
const MOST_CONNECTIONS = 5

/** What the server may take for each step: connecting, greeting, answering a command. */
const STEP_TIMEOUT_MS = 10_000
/** A server that answers every step just in time must not hold a mail longer than the worker's lease on it. */
const STEPS_WORTH_WAITING = 3

/**
 * Hands mail to an SMTP server (RFC 5321).
 * @param options.url where the server is and as whom to enter it, as in `SMTP_URL`
 * @param options.from the sender's address, as in `MAIL_FROM`
 * @param options.publicUrl whose host ends the Message-ID (RFC 5322 §3.6.4)
 * @param options.stepTimeoutMs how long each step may take; a whole mail may take three times as long
 */
export function createSmtpSender(options: {
  url: string
  from: string
  publicUrl: string
  stepTimeoutMs?: number
}): EmailSender {
  const stepTimeoutMs = options.stepTimeoutMs ?? STEP_TIMEOUT_MS
  const host = new URL(options.publicUrl).hostname
  const transport = createTransport({
    url: options.url,
    pool: true,
    requireTLS: mustEncrypt(options.url),
    maxConnections: MOST_CONNECTIONS,
    // The outbox repeats what failed, with a fresh link; the pool's own repeats would only hold up that.
    maxRequeues: 0,
    connectionTimeout: stepTimeoutMs,
    greetingTimeout: stepTimeoutMs,
    socketTimeout: stepTimeoutMs,
    dnsTimeout: stepTimeoutMs,
    // No content of a mail is ever fetched from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(email) {
      const to = soleMailbox(email.to)
      try {
        await transport.sendMail({
          from: options.from,
          to,
          subject: email.subject,
          text: email.text,
          html: email.html,
          messageId: `<${email.messageId}.${email.tryNumber}@${host}>`,
          // RFC 3834: no vacation notice answers a machine.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          signal: AbortSignal.timeout(STEPS_WORTH_WAITING * stepTimeoutMs),
        })
      } catch (error) {
        throw faultOf(error)
      }
    },
    close() {
      transport.close()
      return Promise.resolve()
    },
  }
}

/**
 * Whether a server that offers no TLS is refused. With smtp:, TLS begins by STARTTLS, and whoever sits in between can take
 * the offer out of the answer (RFC 3207 §6): login and links would go out readable. Not asked of this machine, nor where
 * the URL says `requireTLS=false` because the way to a relay is trusted.
 */
export function mustEncrypt(url: string): boolean {
  const { protocol, hostname, searchParams } = new URL(url)
  const asked = searchParams.get('requireTLS')
  return asked === 'true' || (protocol === 'smtp:' && !isThisMachine(hostname) && asked !== 'false')
}

/**
 * Sorts what went wrong. Only a 5xx to the recipient or the content is final (RFC 5321 §4.2.1): one at login, at the
 * greeting or for the sender's address is the operator's to mend, and the mail should still be there when it is. What the
 * server said is left behind, because servers quote addresses.
 */
function faultOf(error: unknown): SendFault {
  const { code, responseCode, command } = error as {
    code?: string
    responseCode?: number
    command?: string
  }
  if (code === 'EAUTH') return new SendFault('smtp login', { retry: true })
  if (responseCode) {
    const isAboutThisMail = command === 'RCPT TO' || command === 'DATA'
    return new SendFault(`smtp ${responseCode}`, { retry: responseCode < 500 || !isAboutThisMail })
  }
  if (code === 'EENVELOPE') return new SendFault('smtp envelope', { retry: false })
  if (code === 'ETIMEDOUT' || code === 'EABORT') return new SendFault('smtp timeout', { retry: true })
  return new SendFault('smtp connection', { retry: true })
}
