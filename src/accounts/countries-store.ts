import { record } from '../audit/audit.ts'
import type { TenantRow, Transaction } from '../database/transaction.ts'
import { enqueue } from '../delivery/outbox.ts'
import { after, DAY } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'
import { verifiedEmail } from './account.ts'
import { managers } from './store.ts'

interface CountryRow extends TenantRow {
  country: string
  begun_at: Date
  sent: number
  proved: number
  paused_until: Date | null
}

/** So many texts are judged together. */
const JUDGED = 50

/** Fewer codes typed than one in five: texts that nobody reads, which somebody is paid for. */
const SENT_FOR_ONE_PROVED = 5

const PAUSED_FOR = DAY

/**
 * Whether texts may go to a country; begins a pause where too few codes of the last fifty were typed, and tells those who
 * run the organization. It ends by itself, and counting begins anew, as it does after a day with fewer texts.
 *
 * Each organization has its own watch, although the operator pays for all: else whoever runs one, and asks for texts
 * that nobody answers, silences the others. What a country can cost is 50 texts a day and organization.
 *
 * A stranger who asks in the names of others can bring a pause about: texts go only to verified numbers of people who
 * are there, three codes a day to each, so it takes the names of 17 people in one day, and few others who use texts. What
 * they gain is that people get a mail for a day instead of a text. Texts that confirm a number of one's own are not judged
 * here: for those anybody with an account chooses the number.
 */
export async function mayTextCountry(
  { random }: { random: Random },
  tx: Transaction,
  country: string,
  locale: string,
): Promise<boolean> {
  const row = await hold(tx, country)
  if (row.paused_until && tx.now < row.paused_until) return false
  const afresh = { begun_at: tx.now, sent: 0, proved: 0, paused_until: null }
  if (row.sent >= JUDGED && row.proved * SENT_FOR_ONE_PROVED < row.sent) {
    const until = after(tx.now, PAUSED_FOR)
    await rowOf(tx, country).update({ ...afresh, begun_at: until, paused_until: until })
    await tellOfPause({ random }, tx, { ...row, until, locale })
    return false
  }
  if (row.sent >= JUDGED || tx.now >= after(row.begun_at, DAY)) await rowOf(tx, country).update(afresh)
  return true
}

/** Whether a pause has begun that is not over. */
export async function isCountryPaused(tx: Transaction, country: string): Promise<boolean> {
  const row = await rowOf(tx, country).first()
  return row?.paused_until ? tx.now < row.paused_until : false
}

/** Counts a text that goes to a country. */
export async function countText(tx: Transaction, country: string): Promise<void> {
  await rowOf(tx, country).increment('sent', 1)
}

/** Counts a code that came back from a country. */
export async function countProved(tx: Transaction, country: string): Promise<void> {
  await rowOf(tx, country).increment('proved', 1)
}

/** Held until the transaction ends: of parallel workers none passes the fiftieth. */
async function hold(tx: Transaction, country: string): Promise<CountryRow> {
  await tx
    .insert<CountryRow>('sms_countries', {
      country,
      begun_at: tx.now,
      sent: 0,
      proved: 0,
      paused_until: null,
    })
    .onConflict(['organization_id', 'country'])
    .ignore()
  const row = await rowOf(tx, country).forUpdate().first()
  if (!row) throw new Error(`texts to ${country} are counted nowhere`)
  return row
}

async function tellOfPause(
  { random }: { random: Random },
  tx: Transaction,
  { country, sent, proved, until, locale }: CountryRow & { until: Date; locale: string },
): Promise<void> {
  await record(tx, random, {
    kind: 'sms.country-paused',
    outcome: 'success',
    origin: { actor: 'system' },
    detail: { country, sent, proved, until: until.toISOString() },
  })
  for (const reader of await managers(tx)) {
    const to = verifiedEmail(reader)
    if (!to) continue
    await enqueue(tx, random, {
      name: 'texts-paused',
      to,
      locale: reader.locale ?? locale,
      data: { accountId: reader.id, country, sent, proved, until: until.toISOString() },
    })
  }
}

function rowOf(tx: Transaction, country: string) {
  return tx.rows<CountryRow>('sms_countries').where({ country })
}
