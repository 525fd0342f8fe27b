import { createHmac } from 'node:crypto'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TwilioAccount } from '../../src/delivery/senders/twilio.ts'

interface Fault {
  status: number
  code: number
  retryAfter?: string
}

/** How the provider treats what comes, until it is told otherwise. */
export type TextTreatment =
  | { kind: 'accept' }
  /** Answers with an error of its API. */
  | ({ kind: 'refuse' } & Fault)
  /** Something in front of the API answers, in HTML. */
  | { kind: 'broken'; status: number }
  /** Takes the text and answers what is no JSON. */
  | { kind: 'garbled' }
  /** Takes the text and never answers. */
  | { kind: 'silent' }
  /** Takes the text and hangs up. */
  | { kind: 'hang-up' }

/** A text as it was taken. */
export interface TakenText {
  sid: string
  to: string
  from: string
  body: string
  statusCallback: string | null
}

/** A local server that speaks the part of Twilio's messages API that we use, and asks for what the real one asks for. */
export interface TextProvider {
  account: TwilioAccount
  /** How many requests came. */
  readonly asked: number
  taken: TakenText[]
  treatment: TextTreatment
  /** Reports on a text to the address it came with, served at `url`, signed as Twilio signs. Returns the status. */
  report(url: string, text: TakenText, status: string, errorCode?: string): Promise<number>
  close(): Promise<void>
}

const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`
const AUTH_TOKEN = 'canary-of-the-auth-token-0123456'
const OURS = '+15005550006'

export async function startTextProvider(): Promise<TextProvider> {
  let asked = 0
  const server = createServer((incoming, response) => {
    asked += 1
    void bodyOf(incoming).then((body) => answer(provider, incoming, body, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const provider: TextProvider = {
    account: {
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      from: OURS,
      apiUrl: `http://127.0.0.1:${port}`,
    },
    get asked() {
      return asked
    },
    taken: [],
    treatment: { kind: 'accept' },
    report(url, { sid, to, from, statusCallback }, status, errorCode) {
      const fields = {
        AccountSid: ACCOUNT_SID,
        ApiVersion: '2010-04-01',
        From: from,
        MessageSid: sid,
        MessageStatus: status,
        SmsSid: sid,
        SmsStatus: status,
        To: to,
        ...(errorCode ? { ErrorCode: errorCode } : {}),
      }
      if (!statusCallback) throw new Error('this text came without an address for reports')
      return post(url, statusCallback, fields, signatureOf(statusCallback, fields))
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}

/** HMAC-SHA1 of the address and then each field's name and value, in the order of the names. */
export function signatureOf(url: string, fields: Record<string, string>, authToken = AUTH_TOKEN): string {
  const signed = Object.keys(fields)
    .toSorted()
    .reduce((sum, name) => sum + name + (fields[name] ?? ''), url)
  return createHmac('sha1', authToken).update(signed).digest('base64')
}

/** Posts a form to an address as a proxy hands it on: to where it is served, under the name that it was asked by. */
export function post(
  servedAt: string,
  address: string,
  fields: Record<string, string> | string,
  signature: string | null,
): Promise<number> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString()
  const { pathname, search, host } = new URL(address)
  const headers = {
    Host: host,
    'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'X-Forwarded-For': '203.0.113.77',
    ...(signature === null ? {} : { 'X-Twilio-Signature': signature }),
  }
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers }
    const sending = request(new URL(pathname + search, servedAt), options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

function answer(
  provider: TextProvider,
  incoming: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const { treatment } = provider
  if (treatment.kind === 'broken') {
    response.writeHead(treatment.status, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>')
    return
  }
  const fields = new URLSearchParams(body)
  const fault: Fault | null = treatment.kind === 'refuse' ? treatment : faultIn(incoming, fields)
  if (fault) {
    const words = `What is wrong with ${fields.get('To')} is told in words`
    const told = { code: fault.code, message: words, more_info: 'https://example.org', status: fault.status }
    if (fault.retryAfter !== undefined) response.setHeader('Retry-After', fault.retryAfter)
    response.writeHead(fault.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(told))
    return
  }
  const text: TakenText = {
    sid: `SM${String(provider.taken.length).padStart(32, '0')}`,
    to: fields.get('To') ?? '',
    from: fields.get('From') ?? fields.get('MessagingServiceSid') ?? '',
    body: fields.get('Body') ?? '',
    statusCallback: fields.get('StatusCallback'),
  }
  provider.taken.push(text)
  if (treatment.kind === 'silent') return
  if (treatment.kind === 'hang-up') {
    response.destroy()
    return
  }
  const told = JSON.stringify({ sid: text.sid, to: text.to, status: 'queued', error_code: null })
  response.writeHead(201, { 'Content-Type': 'application/json' })
  response.end(treatment.kind === 'garbled' ? told.slice(0, 20) : told)
}

/** What the real API refuses, with its status and code. */
function faultIn({ method, url, headers }: IncomingMessage, fields: URLSearchParams): Fault | null {
  const basic = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const callback = fields.get('StatusCallback')
  const faults: [boolean, number, number][] = [
    [headers.authorization !== `Basic ${basic}`, 401, 20003],
    [method !== 'POST' || url !== `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`, 404, 20404],
    [!isForm, 415, 20001],
    [!fields.get('To'), 400, 21604],
    [!/^\+[1-9]\d{6,14}$/.test(fields.get('To') ?? ''), 400, 21211],
    [!fields.get('Body'), 400, 21602],
    [(fields.get('Body') ?? '').length > 1600, 400, 21617],
    [!fields.get('From') && !fields.get('MessagingServiceSid'), 400, 21603],
    [fields.has('From') && fields.get('From') !== OURS, 400, 21606],
    [callback !== null && !/^https?:\/\/(?!localhost|127\.)[^/]+\//.test(callback), 400, 21609],
  ]
  const [, status, code] = faults.find(([broken]) => broken) ?? []
  return status && code ? { status, code } : null
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
