import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

/** How a mail server treats what comes, until it is told otherwise. */
export type Treatment =
  | { kind: 'accept' }
  | { kind: 'refuse-recipient' | 'refuse-content' | 'refuse-sender'; code: number }
  /** Takes the recipient and never answers. */
  | { kind: 'tarpit' }
  /** Takes the whole mail and answers when `release` is called. */
  | { kind: 'hold' }

/** A mail as it arrived. */
export interface ArrivedMail {
  from: string
  to: string[]
  raw: string
  /** The text and HTML, with quoted-printable undone. */
  readable: string
}

/** A real SMTP server on this machine that keeps what it gets. It lets in `user:right`, and those who do not log in. */
export interface MailServer {
  url: string
  port: number
  arrived: ArrivedMail[]
  treatment: Treatment
  /** How many connections were open at once, at most. */
  readonly busiest: number
  /** Resolves when this many mails have arrived in all. */
  arrivalOf(count: number): Promise<void>
  /** Answers the mails that are held. */
  release(): void
  close(): Promise<void>
}

export async function startMailServer(options: { port?: number } = {}): Promise<MailServer> {
  const held: (() => void)[] = []
  let waiting: { count: number; resolve: () => void }[] = []
  const tellOfArrivals = () => {
    waiting.filter(({ count }) => mail.arrived.length >= count).forEach(({ resolve }) => resolve())
    waiting = waiting.filter(({ count }) => mail.arrived.length < count)
  }
  let busiest = 0
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 20,
    logger: false,
    onConnect(_session, done) {
      busiest = Math.max(busiest, server.connections.size)
      done()
    },
    onAuth(auth, _session, done) {
      if (auth.password === 'right') done(null, { user: auth.username ?? '' })
      else done(answer(535, 'who are you?'))
    },
    onMailFrom(address, _session, done) {
      const { treatment } = mail
      if (treatment.kind === 'refuse-sender') done(answer(treatment.code, `not from ${address.address}`))
      else done()
    },
    onRcptTo(address, _session, done) {
      const { treatment } = mail
      if (treatment.kind === 'refuse-recipient') done(answer(treatment.code, `<${address.address}> refused`))
      else if (treatment.kind !== 'tarpit') done()
    },
    onData(stream, session, done) {
      const { treatment } = mail
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (treatment.kind === 'refuse-content') {
          done(answer(treatment.code, 'not this'))
          return
        }
        mail.arrived.push(describe(session, Buffer.concat(chunks).toString('utf8')))
        if (treatment.kind === 'hold') held.push(() => done())
        else done()
        tellOfArrivals()
      })
    },
  })
  server.on('error', () => undefined) // A client that hangs up is part of the tests.
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const mail: MailServer = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    arrived: [],
    treatment: { kind: 'accept' },
    get busiest() {
      return busiest
    },
    arrivalOf: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve })
        tellOfArrivals()
      }),
    release: () => held.splice(0).forEach((answerIt) => answerIt()),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return mail
}

function answer(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode })
}

function describe(session: SMTPServerSession, raw: string): ArrivedMail {
  const { mailFrom, rcptTo } = session.envelope
  return {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map((recipient) => recipient.address),
    raw,
    readable: Buffer.from(
      raw
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      'latin1',
    ).toString('utf8'),
  }
}
