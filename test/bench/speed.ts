import { startSuiteDatabase, stopSuiteDatabase } from '../support/database.ts'
import { openPortal, type Portal } from '../support/portal.ts'
import { addPeople, browserAt, nameOf, ORGANIZATION, PASSWORD, withoutLimits } from './clients.ts'
import { interleaved, median, percentile, series } from './measure.ts'

const PEOPLE = 400
const AT_ONCE = 8

/** A line of the table. */
export type Row = [what: string, measured: string]

/**
 * Measures the whole product on a real PostgreSQL. Client, server, worker and database share this machine and its cores, so the
 * numbers are what one small machine does in all, not what the server alone could.
 */
export async function measureSpeed(): Promise<Row[]> {
  await startSuiteDatabase()
  try {
    const portal = await openPortal({ hashing: 'real', lanes: 'own', config: withoutLimits })
    try {
      return await measure(portal)
    } finally {
      await portal.close()
    }
  } finally {
    await stopSuiteDatabase()
  }
}

async function measure(portal: Portal): Promise<Row[]> {
  await addPeople(portal, PEOPLE)
  return [
    ...(await hashing(portal)),
    ...(await pageOfSignIn(portal)),
    ...(await signIns(portal)),
    ...(await recoveries(portal)),
    ...(await likeness(portal)),
  ]
}

async function hashing({ app }: Portal): Promise<Row[]> {
  const { each } = await series(20, 1, () => app.parts.hasher.hash(PASSWORD))
  const { perSecond } = await series(60, AT_ONCE, () => app.parts.hasher.hash(PASSWORD))
  return [
    ['argon2id, one hash (19 MiB, 2 passes)', milliseconds(median(each))],
    ['argon2id, hashes per second', whole(perSecond)],
  ]
}

async function pageOfSignIn(portal: Portal): Promise<Row[]> {
  const browsers = Array.from({ length: AT_ONCE }, () => portal.visitor())
  const get = async (index: number) => {
    const page = await browsers[index % AT_ONCE]?.send('GET', `/${ORGANIZATION}/sign-in`)
    if (page?.status !== 200) throw new Error(`sign-in answered ${page?.status ?? 'nothing'}`)
  }
  await series(100, AT_ONCE, get)
  const { each, perSecond } = await series(1000, AT_ONCE, get)
  return [
    [
      `GET sign-in, ${AT_ONCE} at once`,
      `${whole(perSecond)}/s, p50 ${milliseconds(median(each))}, p95 ${milliseconds(percentile(each, 0.95))}`,
    ],
  ]
}

async function signIns(portal: Portal): Promise<Row[]> {
  const post = await browserAt(portal, '/sign-in')
  const { each, perSecond } = await series(150, AT_ONCE, (index) =>
    post({ identifier: nameOf(index), password: PASSWORD }, 303),
  )
  return [
    ['sign-ins per second', whole(perSecond)],
    [
      `POST sign-in, ${AT_ONCE} at once`,
      `p50 ${milliseconds(median(each))}, p95 ${milliseconds(percentile(each, 0.95))}`,
    ],
  ]
}

/** Everybody forgets their password once; then the worker writes to all of them. */
async function recoveries(portal: Portal): Promise<Row[]> {
  const post = await browserAt(portal, '/recover')
  const asked = await series(PEOPLE, AT_ONCE, (index) => post({ identifier: nameOf(index) }, 303))
  const before = portal.mailbox.length
  const { perSecond } = await series(1, 1, () => portal.deliver())
  const sent = portal.mailbox.length - before
  if (sent !== PEOPLE) throw new Error(`${sent} mails left, not ${PEOPLE}`)
  return [
    ['recovery requests per second', whole(asked.perSecond)],
    [
      `POST recover, ${AT_ONCE} at once`,
      `p50 ${milliseconds(median(asked.each))}, p95 ${milliseconds(percentile(asked.each, 0.95))}`,
    ],
    ['mails per second, one worker, up to the mail server', whole(sent * perSecond)],
  ]
}

/** Whether the time of an answer tells who is there: 1.00 is what nobody can tell apart. */
async function likeness(portal: Portal): Promise<Row[]> {
  const recover = await browserAt(portal, '/recover')
  const [known, unknown] = await interleaved(
    200,
    (index) => recover({ identifier: nameOf(index) }, 303),
    (index) => recover({ identifier: `nobody-${index}` }, 303),
  )
  const signIn = await browserAt(portal, '/sign-in')
  const wrong = (identifier: string) => signIn({ identifier, password: 'Wrong-Lamp!4821' }, 422)
  const [there, notThere] = await interleaved(
    80,
    (index) => wrong(nameOf(index)),
    (index) => wrong(`nobody-${index}`),
  )
  return [
    ['recovery, known to unknown person', ratio(known, unknown)],
    ['wrong password, known to unknown person', ratio(there, notThere)],
  ]
}

function ratio(one: number[], other: number[]): string {
  const [first, second] = [median(one), median(other)]
  return `${(first / second).toFixed(2)} (${milliseconds(first)} to ${milliseconds(second)})`
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`
}

function whole(value: number): string {
  return value.toFixed(0)
}
