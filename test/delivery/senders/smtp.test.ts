import { expect } from 'chai'
import { SendFault, soleMailbox, type Email } from '../../../src/delivery/senders/sender.ts'
import { createSmtpSender, mustEncrypt } from '../../../src/delivery/senders/smtp.ts'
import { startMailServer, type MailServer, type Treatment } from '../../support/smtp.ts'

const email: Email = {
  organizationId: '0195a000-0000-7000-8000-000000000001',
  messageId: '0195a000-0000-7000-8000-000000000002',
  tryNumber: 3,
  to: 'mia@harbour.example',
  subject: 'Reset your password for Zoë’s harbour',
  text: 'In plain words.',
  html: '<p>In plain words.</p>',
}

describe('the SMTP sender', () => {
  let server: MailServer
  beforeEach(async () => (server = await startMailServer()))
  afterEach(() => server.close())

  it('asks for TLS wherever the way leads over a network, unless the operator says that it is trusted', () => {
    for (const url of [
      'smtp://mail.example.org',
      'smtp://10.0.0.5:25',
      'smtp://127.example.org',
      'smtp://localhost?requireTLS=true',
    ])
      expect(mustEncrypt(url), url).to.equal(true)
    for (const url of [
      'smtp://localhost:25',
      'smtp://127.0.0.1',
      'smtp://[::1]:25',
      'smtp://relay?requireTLS=false',
      'smtps://mail.example.org',
    ])
      expect(mustEncrypt(url), url).to.equal(false)
  })

  it('hands nothing to a server that offers no TLS where it must', async () => {
    expect(await outcomeAt(`${server.url}?requireTLS=true`)).not.to.equal('sent')
    expect(server.arrived).to.deep.equal([])
  })

  it('hands over one mail to one recipient, with the headers of a machine', async () => {
    expect(await outcomeAt(server.url)).to.equal('sent')
    const [mail] = server.arrived
    expect(mail).to.include({ from: 'no-reply@example.org' })
    expect(mail!.to).to.deep.equal(['mia@harbour.example'])
    expect(mail!.raw)
      .to.include('Message-ID: <0195a000-0000-7000-8000-000000000002.3@account.example.org>')
      .and.include('Auto-Submitted: auto-generated')
      .and.include('X-Auto-Response-Suppress: All')
      .and.include('multipart/alternative')
      .and.match(/^Subject: =\?UTF-8\?/m)
  })

  const treatments: [Treatment, string][] = [
    [{ kind: 'refuse-recipient', code: 450 }, 'again: smtp 450'],
    [{ kind: 'refuse-content', code: 451 }, 'again: smtp 451'],
    [{ kind: 'refuse-recipient', code: 550 }, 'never: smtp 550'],
    [{ kind: 'refuse-content', code: 554 }, 'never: smtp 554'],
    [{ kind: 'refuse-sender', code: 553 }, 'again: smtp 553'],
    [{ kind: 'tarpit' }, 'again: smtp timeout'],
  ]
  for (const [treatment, outcome] of treatments) {
    const code = 'code' in treatment ? ` with ${treatment.code}` : ''
    it(`answers ${treatment.kind}${code} by "${outcome}"`, async () => {
      server.treatment = treatment
      expect(await outcomeAt(server.url)).to.equal(outcome)
    })
  }

  it('tries again after a refused login, which the operator can mend', async () => {
    expect(await outcomeAt(server.url.replace('//', '//user:wrong@'))).to.equal('again: smtp login')
    expect(await outcomeAt(server.url.replace('//', '//user:right@'))).to.equal('sent')
  })

  it('tries again after a refused connection', async () => {
    await server.close()
    expect(await outcomeAt(server.url)).to.equal('again: smtp connection')
  })

  it('says nothing of the recipient or of what the server said in its fault', async () => {
    server.treatment = { kind: 'refuse-recipient', code: 550 }
    const fault = await sendTo(server.url).catch((error: unknown) => error as SendFault)
    expect(JSON.stringify(fault, ['message', 'label', 'stack', 'cause'])).not.to.match(/mia@|refused/)
  })

  for (const to of [
    'mia@harbour.example\r\nBcc: thief@evil.example',
    'mia@harbour.example, thief@evil.example',
    'mia@harbour.example; thief@evil.example',
    'Mia <mia@harbour.example>',
    '"thief@evil.example "@harbour.example',
    'mia@harbour.example (thief@evil.example)',
    'group: mia@harbour.example;',
    'mia@thief@harbour.example',
    'mia@harbour.example\u0000',
    'mia\u200b@harbour.example',
    `${'m'.repeat(250)}@harbour.example`,
    'mia',
    '',
  ]) {
    it(`sends nothing to ${JSON.stringify(to.slice(0, 60))}`, async () => {
      expect(await outcomeAt(server.url, to)).to.equal('never: bad recipient')
      expect([server.arrived, server.busiest]).to.deep.equal([[], 0])
    })
  }

  it('takes every ordinary address as it is', () => {
    for (const to of ['mia@harbour.example', "o'hara+x_1@sub.harbour.example", 'zoë@bücher.example'])
      expect(soleMailbox(to)).to.deep.equal({ address: to })
  })
})

async function sendTo(url: string, to = email.to): Promise<void> {
  const sender = createSmtpSender({
    url,
    from: 'Latchkey <no-reply@example.org>',
    publicUrl: 'https://account.example.org',
    stepTimeoutMs: 300,
  })
  await sender.send({ ...email, to }).finally(() => sender.close())
}

async function outcomeAt(url: string, to?: string): Promise<string> {
  try {
    await sendTo(url, to)
    return 'sent'
  } catch (error) {
    if (!(error instanceof SendFault)) throw error
    return `${error.retry ? 'again' : 'never'}: ${error.label}`
  }
}
