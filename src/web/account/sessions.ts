import { withOrganization } from '../../database/transaction.ts'
import { formatAgo, formatInstant } from '../../i18n/format.ts'
import { isId } from '../../platform/random.ts'
import { endSessionsElsewhere } from '../../profile/end-sessions.ts'
import { liveSessions } from '../../sessions/store.ts'
import { hiddenText } from '../form.ts'
import { definePage, type Show } from '../page.ts'
import { SESSION_ENDED, signedInHere } from '../step-up.ts'
import { signedInPerson, type Visit } from '../visit.ts'

const ALL_OTHERS = 'others'

/** Where a person is signed in: this browser, and others, which can be ended from here. */
export const sessions = definePage({
  path: '/account/sessions',
  template: 'account/sessions',
  signedIn: true,
  stepUp: true,
  view: async (visit) => ({ view: await listed(visit) }),
  fields: { end: hiddenText },
  async submit(visit, { end }) {
    if (end === '') return { errors: { end: [{ key: 'errors.sessions.missing' }] } }
    if (end !== ALL_OTHERS && !isId(end)) return notThere(visit)
    const which = end === ALL_OTHERS ? ALL_OTHERS : { id: end }
    const ended = await endSessionsElsewhere(visit.parts, visit.organization.id, signedInHere(visit), which)
    switch (ended.outcome) {
      case 'ended':
        return { goTo: '/account/sessions', notice: `sessions-ended.${ended.count}` }
      case 'gone':
        return notThere(visit)
      case 'over':
        return SESSION_ENDED
    }
  },
})

/** Another person's, or one that ended since the page was opened: which of them is nobody's business. */
async function notThere(visit: Visit): Promise<Show> {
  return { show: 'account/sessions', status: 404, view: { ...(await listed(visit)), isGone: true } }
}

async function listed(visit: Visit) {
  const { parts, organization, locale } = visit
  const { account, session } = signedInPerson(visit)
  const { now, all } = await withOrganization(parts.database, organization.id, async (tx) => ({
    now: tx.now,
    all: await liveSessions(tx, account.id),
  }))
  const shown = all.map(({ id, device, address, openedAt, lastSeenAt }) => ({
    id,
    device,
    address,
    openedAt: formatInstant(openedAt, locale),
    lastSeen: formatAgo(lastSeenAt, now, locale),
  }))
  return {
    here: shown.find(({ id }) => id === session.id),
    others: shown.filter(({ id }) => id !== session.id),
  }
}
