import { join } from 'node:path'
import { dispatch, type DispatchParts, type Lanes } from '../../src/delivery/dispatch.ts'
import type { Lost } from '../../src/delivery/lost.ts'
import type { LetterData } from '../../src/delivery/letter.ts'
import type { Preparers } from '../../src/delivery/message.ts'
import { enqueue, type DueRow, type MessageRow } from '../../src/delivery/outbox.ts'
import { createRenderer } from '../../src/delivery/render.ts'
import { createCapturingSender, createCapturingSmsSender } from '../../src/delivery/senders/captured.ts'
import { createSmtpSender } from '../../src/delivery/senders/smtp.ts'
import type { EmailSender } from '../../src/delivery/senders/sender.ts'
import { withOrganization, withoutOrganization } from '../../src/database/transaction.ts'
import { loadWords } from '../../src/i18n/words.ts'
import { addOrganization } from '../../src/organizations/store.ts'
import { createLog } from '../../src/platform/log.ts'
import { newId, newToken, systemRandom } from '../../src/platform/random.ts'
import { projectRoot } from '../../src/platform/root.ts'
import { freshDatabase } from '../support/database.ts'
import { stoppedClock } from '../support/clock.ts'

export const PUBLIC_URL = 'https://account.example.org'
/** Of the numbers that nobody has. */
export const PHONE = '+12065550113'
export const words = loadWords(join(projectRoot, 'config/locales'))
export const renderer = createRenderer(words, join(projectRoot, 'templates'))
export const letterhead = {
  organization: { name: 'Harbour', color: '#0b5cad', onColor: '#ffffff' },
  person: { fullName: 'Mia Marlow' },
}

/** A database with two organizations, a stopped clock, and preparers that keep the links they mint. */
export async function openRig() {
  const clock = stoppedClock()
  const fresh = await freshDatabase({ clock })
  const { database, application } = fresh
  const [harbour, summit] = [newId(systemRandom, clock.now()), newId(systemRandom, clock.now())]
  await withoutOrganization(database, async (tx) => {
    await addOrganization(tx, { id: harbour, slug: 'harbour', name: 'Harbour', state: 'active' })
    await addOrganization(tx, { id: summit, slug: 'summit', name: 'Summit', state: 'active' })
  })
  const minted: string[] = []
  const logLines: string[] = []
  const lost: Lost[] = []
  const preparers = preparersThatMint(minted)
  const capturing = createCapturingSender({ database, random: systemRandom })
  const capturingSms = createCapturingSmsSender({ database, random: systemRandom })
  const opened: EmailSender[] = []

  return {
    database,
    clock,
    application,
    harbour,
    summit,
    minted,
    logLines,
    lost,
    preparers,
    /** A sender to a mail server, closed with the rig. */
    smtp(url: string, stepTimeoutMs = 5000) {
      const sender = createSmtpSender({
        url,
        from: 'Latchkey <no-reply@example.org>',
        publicUrl: PUBLIC_URL,
        stepTimeoutMs,
      })
      opened.push(sender)
      return sender
    },
    /** One round of work, by a worker that has these parts of its own. */
    work: (own: Partial<DispatchParts> = {}, lanes?: Lanes, stop?: AbortSignal) =>
      dispatch(
        {
          database,
          random: { ...systemRandom, below: () => 0 },
          preparers,
          renderer,
          sender: capturing,
          smsSender: capturingSms,
          onLost: (_tx, one) => Promise.resolve(void lost.push(one)),
          log: createLog('debug', { write: (line) => logLines.push(line) }),
          ...own,
        },
        lanes,
        stop,
      ),
    /** Queues a notice to an address; it needs no preparer's choice of recipient. */
    queue: (to = 'mia@harbour.example', organizationId = harbour) =>
      withOrganization(database, organizationId, (tx) =>
        enqueue(tx, systemRandom, { name: 'recover-link', to, locale: 'en', data: { attemptId: 'a1' } }),
      ),
    /** Queues a code for a number. */
    queueCode: (to = PHONE, organizationId = harbour) =>
      withOrganization(database, organizationId, (tx) =>
        enqueue(tx, systemRandom, { name: 'recover-code', to, locale: 'en', data: { attemptId: 'a1' } }),
      ),
    message: (id: string, organizationId = harbour) =>
      withOrganization(
        database,
        organizationId,
        async (tx) => (await tx.rows<MessageRow>('messages').where({ id }).first())!,
      ),
    due: () =>
      withoutOrganization(database, async (tx) => tx.sql<DueRow, DueRow[]>('due_messages').orderBy('due_at')),
    async close() {
      await Promise.all(opened.map((sender) => sender.close()))
      await fresh.close()
    },
  }
}

export type Rig = Awaited<ReturnType<typeof openRig>>

/** Preparers that send to whom a message names, and keep the links and codes that they mint. */
export function preparersThatMint(minted: string[]): Preparers {
  const send = <Data>(to: string | null, data: Data) =>
    Promise.resolve({ send: { to: to ?? 'mia@harbour.example', locale: 'en', data } })
  const mint = () => {
    const link = `${PUBLIC_URL}/harbour/recover/link?token=${newToken(systemRandom)}`
    minted.push(link)
    return link
  }
  return {
    'recover-link': (_tx, message) => send(message.to, recoverLink(mint())),
    welcome: (_tx, message) =>
      send(message.to, { ...letterhead, link: mint(), hours: 72, isOwner: true, username: null }),
    'password-changed': (_tx, message) =>
      send(message.to, {
        ...letterhead,
        when: message.data.at,
        device: message.data.device,
        authenticatorAdded: message.data.authenticatorAdded,
        notMeUrl: `${PUBLIC_URL}/harbour/recover/undo-change`,
        support: null,
      }),
    'test-email': () => Promise.resolve({ drop: 'nobody' }),
    'test-text': () => Promise.resolve({ drop: 'nobody' }),
    'settings-changed': () => Promise.resolve({ drop: 'nobody' }),
    'reset-started': () => Promise.resolve({ drop: 'nobody' }),
    'standing-changed': () => Promise.resolve({ drop: 'nobody' }),
    'managers-changed': () => Promise.resolve({ drop: 'nobody' }),
    'add-a-way': () => Promise.resolve({ drop: 'nobody' }),
    'authenticator-changed': () => Promise.resolve({ drop: 'nobody' }),
    'account-protected': () => Promise.resolve({ drop: 'nobody' }),
    'sign-in-paused': (_tx, message) =>
      send(message.to, { ...letterhead, recoverUrl: `${PUBLIC_URL}/harbour/recover`, support: null }),
    'code-not-sent': (_tx, message) =>
      send(message.to, { ...letterhead, recoverUrl: `${PUBLIC_URL}/harbour/recover`, support: null }),
    'request-waiting': () => Promise.resolve({ drop: 'nobody' }),
    'request-approved': () => Promise.resolve({ drop: 'nobody' }),
    'request-granted': () => Promise.resolve({ drop: 'nobody' }),
    'request-refused': () => Promise.resolve({ drop: 'nobody' }),
    'owner-reset': () => Promise.resolve({ drop: 'nobody' }),
    'texts-paused': () => Promise.resolve({ drop: 'nobody' }),
    'verify-email': () => Promise.resolve({ drop: 'nobody' }),
    'account-exists': () => Promise.resolve({ drop: 'nobody' }),
    'deletion-asked': () => Promise.resolve({ drop: 'nobody' }),
    'deletion-stopped': () => Promise.resolve({ drop: 'nobody' }),
    'account-deleted': () => Promise.resolve({ drop: 'nobody' }),
    'contact-changed': () => Promise.resolve({ drop: 'nobody' }),
    'address-too-new': () => Promise.resolve({ drop: 'nobody' }),
    'confirm-email': () => Promise.resolve({ drop: 'nobody' }),
    'confirm-phone': () => Promise.resolve({ drop: 'nobody' }),
    'recover-code': (_tx, message) => {
      const code = String(systemRandom.below(900_000) + 100_000)
      minted.push(code)
      return send(message.to, recoverCode(code))
    },
  }
}

/** The words' data of a text with a given code. */
export function recoverCode(code: string): LetterData['recover-code'] {
  const { host } = new URL(PUBLIC_URL)
  return { organization: { name: letterhead.organization.name }, code, minutes: 5, host }
}

/** The words' data of a recovery mail with a given link. */
export function recoverLink(link: string): LetterData['recover-link'] {
  return {
    ...letterhead,
    link,
    minutes: 5,
    notMeUrl: link.replace('/link?', '/not-me?'),
    insteadOfCode: false,
    requestedFrom: { place: '203.0.113.0/24', device: null },
  }
}
