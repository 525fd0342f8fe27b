import type TwilioSdk from 'twilio'
import type { RequestClient } from 'twilio'
import type { Clock } from '../../platform/clock.ts'
import { after, MINUTE, SECOND } from '../../platform/clock.ts'
import { isThisMachine } from '../../platform/address.ts'
import { SendFault, soleNumber, type Sms, type SmsSender } from './sender.ts'

/** The account at Twilio that texts are sent from. */
export interface TwilioAccount {
  accountSid: string
  authToken: string
  /** A number of ours (E.164), or the sid of a messaging service (`MG…`). */
  from: string
  /** Where the API is, if not at Twilio's. */
  apiUrl: string | null
}

const TIMEOUT_MS = 10 * SECOND
/** Nobody waits for a code longer than that: a mail is kinder. */
const LONGEST_WAIT_MS = MINUTE
/** How long nothing is asked of an account that was refused as a whole. */
const REFUSED_FOR_MS = MINUTE

/** Twilio's codes from 20000 to 20999 are about the account and its rights; those of single messages are above. */
const isAboutAccount = (code: number) => code >= 20_000 && code < 21_000

/** The account as a whole was refused: credentials, suspension, payment. Every text would be. */
class AccountRefused extends SendFault {
  override name = 'AccountRefused'
}

/**
 * Hands texts to Twilio by its own library, which is loaded (32 MB) with the first text and not before.
 * @param options.publicUrl below which Twilio reports what became of a text, where it can be reached from outside
 * @param options.timeoutMs how long Twilio may take for one text
 */
export function createTwilioSender(options: {
  account: TwilioAccount
  publicUrl: string
  clock: Clock
  timeoutMs?: number
}): SmsSender {
  const { account, publicUrl, clock } = options
  let opening: Promise<TwilioSdk.Twilio> | undefined
  // Kept in memory, because losing it loses nothing: a text that is refused while it lasts fares as it would have without
  // it, one request to Twilio saved.
  let refusedUntil = new Date(0)
  return {
    async send(sms) {
      const to = soleNumber(sms.to)
      if (clock.now() < refusedUntil) throw new AccountRefused('twilio account', { retry: false })
      const client = await (opening ??= open(account, options.timeoutMs ?? TIMEOUT_MS))
      try {
        return await hand(client, { ...sms, to }, account.from, publicUrl)
      } catch (error) {
        if (error instanceof AccountRefused) refusedUntil = after(clock.now(), REFUSED_FOR_MS)
        // Whatever else the library throws has the request and with it the credentials in it: it goes no further.
        throw error instanceof SendFault ? error : new SendFault('twilio unreadable', { retry: true })
      }
    },
    close: () => Promise.resolve(),
  }
}

async function hand(
  client: TwilioSdk.Twilio,
  { organizationId, messageId, to, text }: Sms,
  from: string,
  publicUrl: string,
): Promise<string> {
  // Twilio refuses texts whose reports it could not deliver.
  const isReachable = !isThisMachine(new URL(publicUrl).hostname)
  const { sid } = await client.messages.create({
    to,
    body: text,
    ...(from.startsWith('MG') ? { messagingServiceSid: from } : { from }),
    ...(isReachable ? { statusCallback: publicUrl + reportPath(organizationId, messageId) } : {}),
  })
  if (typeof sid !== 'string' || !sid) throw new SendFault('twilio unreadable', { retry: true })
  return sid
}

/** Where Twilio reports what became of a text. */
export function reportPath(organizationId: string, messageId: string): string {
  return `/hooks/twilio/${organizationId}/${messageId}`
}

/** Whether Twilio signed a request to an address of ours with these fields. */
export async function isSignedByTwilio(
  authToken: string,
  signature: string,
  url: string,
  fields: Record<string, string>,
): Promise<boolean> {
  // This part alone, because web processes send nothing.
  const { validateRequest } = await import('twilio/lib/webhooks/webhooks.js')
  return validateRequest(authToken, signature, url, fields)
}

/** What a report of Twilio's says became of a text, with a label of the fault; null for what is still under way. */
export function outcomeOf(
  fields: Record<string, string>,
): { outcome: 'delivered' } | { outcome: 'failed'; label: string } | null {
  const { MessageStatus: status, ErrorCode: code = '' } = fields
  if (status === 'delivered' || status === 'read') return { outcome: 'delivered' }
  if (status !== 'undelivered' && status !== 'failed' && status !== 'canceled') return null
  return {
    outcome: 'failed',
    label: /^\d{1,6}$/.test(code) ? `twilio ${status} ${code}` : `twilio ${status}`,
  }
}

type Asked<Data> = Parameters<RequestClient['request']>[0] & { data?: Data }

async function open({ accountSid, authToken, apiUrl }: TwilioAccount, timeout: number) {
  const { default: twilio } = await import('twilio')

  /** Sorts answers before the library does, which keeps neither their headers nor quiet about the request. */
  class Client extends twilio.RequestClient {
    override async request<Data>(asked: Asked<Data>) {
      const request = super.request<Data>({ ...asked, uri: moved(asked.uri, apiUrl) })
      const answer = await request.catch((error: unknown) => Promise.reject(faultOfConnection(error)))
      if (answer.statusCode < 200 || answer.statusCode >= 300) throw faultOf(answer)
      return answer
    }
  }
  // Nothing of the library's own goes to the log, whatever its variables of the environment say.
  return twilio(accountSid, authToken, {
    httpClient: new Client({ timeout, autoRetry: false }),
    logLevel: 'none',
  })
}

function moved(uri: string, apiUrl: string | null): string {
  const { pathname, search } = new URL(uri)
  return apiUrl === null ? uri : apiUrl + pathname + search
}

/** No answer. After a timeout nobody knows whether the text went out; it may go out once more, and no oftener. */
function faultOfConnection(error: unknown): SendFault {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const isLate = code === 'ECONNABORTED' || code === 'ETIMEDOUT'
  return new SendFault(isLate ? 'twilio timeout' : 'twilio connection', { retry: true })
}

/**
 * Sorts a refusal by the class of its status and code: the account's as a whole, one that another try may not meet, or
 * this text's for good (a number that cannot be reached, opted out, a country that is off). What Twilio says in words is
 * left behind, because it quotes numbers.
 */
function faultOf({ statusCode, body, headers }: { statusCode: number; body: unknown; headers?: unknown }) {
  const code = codeIn(body)
  const label = `twilio ${statusCode}${code === null ? '' : ` ${code}`}`
  if ([408, 429].includes(statusCode) || statusCode >= 500) {
    const retryAfterMs = retryAfterIn(headers) * SECOND
    return new SendFault(label, { retry: retryAfterMs <= LONGEST_WAIT_MS, retryAfterMs })
  }
  const isAccounts = code === null ? [401, 402, 403].includes(statusCode) : isAboutAccount(code)
  return isAccounts ? new AccountRefused(label, { retry: false }) : new SendFault(label, { retry: false })
}

function codeIn(body: unknown): number | null {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null
  return typeof code === 'number' && Number.isSafeInteger(code) ? code : null
}

/** In seconds; 0 where it is not said, or as a date. */
function retryAfterIn(headers: unknown): number {
  const value: unknown =
    typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'retry-after') : ''
  return /^\d{1,6}$/.test(String(value)) ? Number(value) : 0
}
