import { lockSignedIn, type SignedIn } from '../../access/signed-in.ts'
import type { Account } from '../../accounts/account.ts'
import { canonicalEmail } from '../../accounts/identifiers.ts'
import { accountById } from '../../accounts/store.ts'
import { record, visitorOrigin } from '../../audit/audit.ts'
import { withAuthenticator } from '../../credentials/authenticator-store.ts'
import { withOrganization, type Transaction } from '../../database/transaction.ts'
import type { Prepared, QueuedMessage } from '../../delivery/message.ts'
import { enqueue } from '../../delivery/outbox.ts'
import { letterhead } from '../../organizations/branding.ts'
import type { Settings } from '../../organizations/settings.ts'
import { currentSettings, organizationOf } from '../../organizations/store.ts'
import { after, SECOND } from '../../platform/clock.ts'
import type { RecoveryParts } from '../parts.ts'
import type { Strategy } from '../strategy.ts'
import { isMendable } from './judge.ts'
import { populationOf, sorted, type Population } from './population.ts'
import { judgeUnder } from './readiness.ts'
import { ASKED_AGAIN_AFTER, askedLately, countAskedLately, countIn, noteAsked, peopleIn } from './store.ts'

/** So many are asked by one press. */
const ASKED_AT_ONCE = 200

/** Mails that can wait leave one by one, so that whoever waits for a link never stands in line behind them. */
const ONE_AFTER_ANOTHER = SECOND

/** `not-managing`: they do not run the organization any more. `over`: the session is not there any more. */
export type Asked =
  | { outcome: 'asked'; count: number }
  | { outcome: 'not-now'; retryAfterSeconds: number }
  | { outcome: 'nobody' | 'not-managing' | 'over' }

/** Those who lack something that they can add themselves, and have an address at which to ask them for it. */
interface Askable {
  count: number
  classes: string[]
  managers: Account[]
}

/**
 * Asks people to add what they lack, in the name of who runs the organization: each at most once a week, and no more than
 * so many at once. The mail opens nothing; it says where to sign in. Of two who press at once, the second asks those
 * whom the first did not.
 */
export async function askPeople(
  { database, random, limits, strategies }: RecoveryParts,
  organizationId: string,
  who: SignedIn,
): Promise<Asked> {
  return withOrganization(database, organizationId, async (tx): Promise<Asked> => {
    const held = await lockSignedIn(tx, who)
    if (!held) return { outcome: 'over' }
    if (held.account.role === 'member') return { outcome: 'not-managing' }
    const limit = await limits.spendIn(tx, 'asks-to-add-ways-per-organization', organizationId)
    if (!limit.allowed) return { outcome: 'not-now', retryAfterSeconds: limit.retryAfterSeconds }
    const { settings } = await currentSettings(tx)
    const people = await toAsk(tx, askableUnder({ strategies }, settings, await populationOf(tx), tx.now))
    if (people.length === 0) return { outcome: 'nobody' }
    await noteAsked(
      tx,
      people.map(({ id }) => id),
    )
    for (const [index, { id, email, locale }] of people.entries())
      await enqueue(
        tx,
        random,
        {
          name: 'add-a-way',
          to: email,
          locale: locale ?? settings.branding.locale,
          data: { accountId: id },
        },
        { dueAt: after(tx.now, index * ONE_AFTER_ANOTHER) },
      )
    await record(tx, random, {
      kind: 'people.asked-to-add-ways',
      outcome: 'success',
      origin: visitorOrigin(who.visitor, held.account.id),
      detail: { people: people.length },
    })
    return { outcome: 'asked', count: people.length }
  })
}

/** Who could be asked under these settings. */
export interface Asking {
  askable: number
  /** How many were asked of late, also those who have mended it since. */
  lately: number
  /** How many one press would ask, and whether that leaves some for another. */
  now: number
  isMore: boolean
}

/** Counts whom a press would ask, and no further: those who are asked already are not looked at one by one. */
export async function countAskable(
  parts: { strategies: readonly Strategy[] },
  tx: Transaction,
  settings: Settings,
  population: Population,
): Promise<Asking> {
  const { count, classes, managers } = askableUnder(parts, settings, population, tx.now)
  const toAsk =
    (await notAsked(tx, managers)).length +
    (await countIn(tx, classes, { most: ASKED_AT_ONCE + 1, notAskedSince: askedAgainFrom(tx) }))
  return {
    askable: count,
    lately: await countAskedLately(tx),
    now: Math.min(toAsk, ASKED_AT_ONCE),
    isMore: toAsk > ASKED_AT_ONCE,
  }
}

/**
 * The letter that asks somebody to add what they lack; nothing for who lacks nothing by now. To an address that nobody has
 * confirmed it names no person: it may be a stranger's.
 */
export async function prepareAddAWay(
  { strategies, publicUrl }: { strategies: readonly Strategy[]; publicUrl: string },
  tx: Transaction,
  { to, locale, data }: QueuedMessage<'add-a-way'>,
): Promise<Prepared<'add-a-way'>> {
  const account = await accountById(tx, data.accountId)
  if (account?.state !== 'active' || account.deletionDueAt !== null)
    return { drop: 'no such person any more' }
  if (to === null || account.email === null || canonicalEmail(account.email) !== canonicalEmail(to))
    return { drop: 'another address by now' }
  const { settings } = await currentSettings(tx)
  const having = await withAuthenticator(tx, [account.id])
  const missing = judgeUnder({ strategies }, settings, tx.now)(account, having.has(account.id))
  if (missing === null || !isMendable(missing)) return { drop: 'nothing to add any more' }
  const organization = await organizationOf(tx)
  return {
    send: {
      to,
      locale,
      data: {
        ...letterhead(organization, settings),
        person: { fullName: account.emailVerifiedAt ? account.fullName : null },
        missing,
        accountUrl: `${publicUrl}/${organization.slug}/account`,
        support: settings.branding.support,
      },
    },
  }
}

function askableUnder(
  { strategies }: { strategies: readonly Strategy[] },
  settings: Settings,
  population: Population,
  now: Date,
): Askable {
  const judge = judgeUnder({ strategies }, settings, now)
  const buckets = sorted(population, (account, hasAuthenticator) => {
    const why = account.email === null ? null : judge(account, hasAuthenticator)
    return why !== null && isMendable(why) ? why : null
  })
  return {
    count: buckets.reduce((sum, [, { count }]) => sum + count, 0),
    classes: buckets.flatMap(([, { classes }]) => classes),
    managers: buckets.flatMap(([, { managers }]) => managers),
  }
}

/** Those who were not asked of late: who runs the organization first. */
async function toAsk(tx: Transaction, { classes, managers }: Askable): Promise<Account[]> {
  const others = await peopleIn(tx, classes, { most: ASKED_AT_ONCE, notAskedSince: askedAgainFrom(tx) })
  return [...(await notAsked(tx, managers)), ...others].slice(0, ASKED_AT_ONCE)
}

async function notAsked(tx: Transaction, people: readonly Account[]): Promise<Account[]> {
  const asked = await askedLately(
    tx,
    people.map(({ id }) => id),
  )
  return people.filter(({ id }) => !asked.has(id))
}

function askedAgainFrom({ now }: Transaction): Date {
  return after(now, -ASKED_AGAIN_AFTER)
}
