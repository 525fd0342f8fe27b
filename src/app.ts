import { join } from 'node:path'
import type Koa from 'koa'
import { record } from './audit/audit.ts'
import { chainEvents } from './audit/chain.ts'
import { createPasswordHasher, type PasswordHasher } from './credentials/password.ts'
import { openDatabase, type ConnectionTarget, type Database } from './database/connect.ts'
import type { Transaction } from './database/transaction.ts'
import { dispatch, newLanes, type DispatchParts, type Lanes } from './delivery/dispatch.ts'
import { accountOf, type Lost } from './delivery/lost.ts'
import type { Preparers } from './delivery/message.ts'
import { createRenderer } from './delivery/render.ts'
import { createCapturingSender, createCapturingSmsSender } from './delivery/senders/captured.ts'
import { noSmsSender, type EmailSender, type SmsSender } from './delivery/senders/sender.ts'
import { createSmtpSender } from './delivery/senders/smtp.ts'
import { createTwilioSender } from './delivery/senders/twilio.ts'
import { listenForDueMessages } from './delivery/wakeups.ts'
import { loadWords, type Words } from './i18n/words.ts'
import { createLimits } from './limits/limits.ts'
import {
  prepareAccountExists,
  prepareAccountProtected,
  prepareAddressTooNew,
  prepareAuthenticatorChanged,
  prepareAccountDeleted,
  prepareCodeNotSent,
  prepareDeletionAsked,
  prepareDeletionStopped,
  prepareContactChanged,
  preparePasswordChanged,
  prepareRequestRefused,
  prepareSignInPaused,
  prepareTextsPaused,
} from './notices/prepare.ts'
import { prepareTestEmail, prepareTestText } from './notices/send-test.ts'
import { prepareSettingsChanged } from './notices/settings-changed.ts'
import { prepareManagersChanged, prepareStandingChanged } from './notices/standing-changed.ts'
import { bringPeopleOver } from './people/import/run.ts'
import { systemClock, type Clock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import type { Logger } from './platform/log.ts'
import { systemRandom, type Random } from './platform/random.ts'
import { projectRoot } from './platform/root.ts'
import { createSecrets } from './platform/secrets.ts'
import { prepareEmailConfirmation, preparePhoneConfirmation } from './profile/deliver-contact.ts'
import { prepareAddAWay } from './recovery/readiness/ask.ts'
import { prepareRequestWaiting } from './recovery/requests/ask.ts'
import { invite } from './recovery/begin.ts'
import { prepareCode, prepareLink } from './recovery/deliver.ts'
import { onGrantLost, prepareRequestApproved, prepareRequestGranted } from './recovery/requests/grant.ts'
import { onCodeLost } from './recovery/instead.ts'
import { linkInLetter } from './recovery/letter-link.ts'
import { prepareOwnerReset } from './recovery/requests/reset-owner.ts'
import { STRATEGIES } from './recovery/strategies/index.ts'
import type { Strategy } from './recovery/strategy.ts'
import { prepareVerification } from './signup/deliver.ts'
import { DEMO_AUTHENTICATOR, DEMO_ORGANIZATIONS, DEMO_PASSWORD } from '../seeds/demo-organizations.ts'
import { keepHouse } from './housekeeping.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { loadAssets } from './web/assets.ts'
import type { WebParts } from './web/parts.ts'
import { createServer } from './web/server.ts'
import { startWorker } from './worker.ts'

/** What the outside world gives an app: a database, a log, and for tests its time, chance, hashing, mail, texts and lanes. */
export interface Surroundings {
  /** Where the application's role enters, and where LISTEN may (not through a pooler). */
  target: ConnectionTarget
  listenTarget: ConnectionTarget | null
  log: Logger
  clock?: Clock
  random?: Random
  hasher?: PasswordHasher
  sender?: EmailSender
  smsSender?: SmsSender
  lanes?: Lanes
  /** The ways to prove who one is, and all words, where they are not the product's own. */
  strategies?: readonly Strategy[]
  words?: Words
}

/** The whole product, built from its parts and serving nothing yet. */
export interface App {
  parts: WebParts
  koa: Koa
  metrics: Metrics
  /** One round of sending what is due; returns how many messages were taken up. */
  dispatch(stop?: AbortSignal): Promise<number>
  keepHouse(stop?: AbortSignal): Promise<void>
  /** Brings over some of the people who are imported; returns how many rows that were. */
  importPeople(stop?: AbortSignal): Promise<number>
  startWorker(): { stop(): Promise<void> }
  close(): Promise<void>
}

/** Builds the app; connects to nothing. */
export function openApp(config: Config, { target, listenTarget, log, ...given }: Surroundings): App {
  const random = given.random ?? systemRandom
  const { poolSize, statementTimeoutMs, lockTimeoutMs } = config.database
  const database = openDatabase(target, {
    poolSize,
    statementTimeoutMs,
    lockTimeoutMs,
    ...(given.clock ? { clock: given.clock } : {}),
  })
  const metrics = createMetrics(database)
  const secrets = createSecrets(config.secretKeys, random)
  const words = given.words ?? loadWords(join(projectRoot, 'config', 'locales'))
  const parts: WebParts = {
    config,
    demo:
      config.environment === 'demo'
        ? {
            password: DEMO_PASSWORD,
            authenticator: DEMO_AUTHENTICATOR,
            slugs: DEMO_ORGANIZATIONS.map(({ slug }) => slug),
          }
        : null,
    database,
    secrets,
    random,
    words,
    assets: loadAssets(),
    log,
    onAnswered: metrics.answered,
    hasher: given.hasher ?? createPasswordHasher({ ...config.hashing, random, wanted: metrics.hashWanted }),
    limits: createLimits({ database, secrets, allowances: config.limits, onRefused: metrics.refusedBy }),
    publicUrl: config.server.publicUrl,
    strategies: given.strategies ?? STRATEGIES,
    onLost: (tx, lost) => whenLost(parts, tx, lost),
  }
  const sender = given.sender ?? senderFor(config, database, random)
  const smsSender = given.smsSender ?? smsSenderFor(config, database, random, given.clock)
  const delivery = { ...deliveryPartsOf(parts, sender, smsSender), onHandled: metrics.handled }
  const lanes = given.lanes ?? newLanes()
  const sendDue = (stop?: AbortSignal) => dispatch(delivery, lanes, stop)
  const tidy = (stop?: AbortSignal) => keepHouse(parts, stop)
  const importPeople = (stop?: AbortSignal) =>
    bringPeopleOver({ ...parts, invite: (tx, ...of) => invite(parts, tx, ...of) }, stop)
  return {
    parts,
    koa: createServer(parts),
    metrics,
    dispatch: sendDue,
    keepHouse: tidy,
    importPeople,
    startWorker: () =>
      startWorker({
        dispatch: sendDue,
        housekeeping: tidy,
        chain: (stop) => chainEvents(database, stop, metrics.recorded),
        importPeople,
        listen: listenTarget === null ? null : (events) => listenForDueMessages(listenTarget, events),
        onRound: metrics.roundDone,
        log,
      }),
    async close() {
      await sender.close()
      await smsSender.close()
      await database.close()
    },
  }
}

function senderFor(config: Config, database: Database, random: Random): EmailSender {
  if (config.mail.smtpUrl === null) return createCapturingSender({ database, random })
  return createSmtpSender({
    url: config.mail.smtpUrl,
    from: config.mail.from,
    publicUrl: config.server.publicUrl,
  })
}

function smsSenderFor(config: Config, database: Database, random: Random, clock = systemClock): SmsSender {
  const { sms: account, server } = config
  if (account) return createTwilioSender({ account, publicUrl: server.publicUrl, clock })
  return config.environment === 'demo' ? createCapturingSmsSender({ database, random }) : noSmsSender
}

function deliveryPartsOf(parts: WebParts, sender: EmailSender, smsSender: SmsSender): DispatchParts {
  const { database, random, words, onLost, log } = parts
  return {
    database,
    random,
    preparers: preparersOf(parts),
    renderer: createRenderer(words, join(projectRoot, 'templates')),
    sender,
    smsSender,
    onLost,
    log,
  }
}

/** What is done about a message that never reached its person. */
async function whenLost(parts: WebParts, tx: Transaction, lost: Lost): Promise<void> {
  await record(tx, parts.random, {
    kind: 'message.lost',
    outcome: 'refused',
    origin: { actor: 'system' },
    subjectId: accountOf(lost),
    detail: { message: lost.messageId, reason: lost.reason },
  })
  if (lost.name === 'recover-code') await onCodeLost(parts, tx, lost.data.attemptId)
  if (lost.name === 'request-granted') await onGrantLost(tx, lost.data.requestId)
}

function preparersOf(parts: WebParts): Preparers {
  return {
    'recover-link': (tx, message) => prepareLink(parts, tx, message),
    welcome: (tx, message) => prepareLink(parts, tx, message),
    'reset-started': (tx, message) => prepareLink(parts, tx, message),
    'recover-code': (tx, message) => prepareCode(parts, tx, message),
    'request-waiting': (tx, message) => prepareRequestWaiting(parts, tx, message),
    'request-approved': (tx, message) => prepareRequestApproved(parts, tx, message),
    'request-granted': (tx, message) => prepareRequestGranted(parts, tx, message),
    'request-refused': (tx, message) => prepareRequestRefused(parts.publicUrl, tx, message),
    'owner-reset': (tx, message) => prepareOwnerReset(parts, tx, message),
    'texts-paused': (tx, message) => prepareTextsPaused(parts.publicUrl, tx, message),
    'contact-changed': (tx, message) => prepareContactChanged(parts, tx, message),
    'address-too-new': (tx, message) => prepareAddressTooNew(parts.publicUrl, tx, message),
    'confirm-email': (tx, message) => prepareEmailConfirmation(parts, tx, message),
    'confirm-phone': (tx, message) => preparePhoneConfirmation(parts, tx, message),
    'code-not-sent': (tx, message) => prepareCodeNotSent(parts.publicUrl, tx, message),
    'verify-email': (tx, message) => prepareVerification(parts, tx, message),
    'account-exists': (tx, message) => prepareAccountExists(parts.publicUrl, tx, message),
    'password-changed': (tx, message) => preparePasswordChanged(parts, tx, message),
    'authenticator-changed': (tx, message) => prepareAuthenticatorChanged(parts, tx, message),
    'account-protected': (tx, message) => prepareAccountProtected(parts, tx, message),
    'deletion-asked': (tx, message) => prepareDeletionAsked(parts, tx, message),
    'deletion-stopped': (tx, message) => prepareDeletionStopped(parts.publicUrl, tx, message),
    'account-deleted': (tx, message) => prepareAccountDeleted(tx, message),
    'standing-changed': (tx, message) => prepareStandingChanged(parts.publicUrl, tx, message),
    'managers-changed': (tx, message) => prepareManagersChanged(parts.publicUrl, tx, message),
    'settings-changed': (tx, message) => prepareSettingsChanged(parts.publicUrl, tx, message),
    'test-email': (tx, message) => prepareTestEmail(parts.publicUrl, tx, message),
    'test-text': (tx, message) => prepareTestText(parts, tx, message),
    'add-a-way': (tx, message) => prepareAddAWay(parts, tx, message),
    'sign-in-paused': async (tx, message) => {
      const letter = { ...message.data, attemptId: message.id, origin: 'paused-sign-in' } as const
      return prepareSignInPaused(parts.publicUrl, tx, message, await linkInLetter(parts, tx, letter))
    },
  }
}
