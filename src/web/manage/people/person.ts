import { contactOf, newUntil } from '../../../accounts/account.ts'
import { shownPhone } from '../../../accounts/phone.ts'
import { withOrganization } from '../../../database/transaction.ts'
import type { ContactKind } from '../../../delivery/news.ts'
import { formatInstant } from '../../../i18n/format.ts'
import { reached, waysBack } from '../../account/ways-back.ts'
import { definePage } from '../../page.ts'
import { timelineAsked } from '../../timeline.ts'
import { signedInPerson, type Visit } from '../../visit.ts'
import { lookAt, type Asked, type DeedName } from './asked.ts'

/** Why somebody cannot come in now, or not as usual. */
export type Obstacle = 'suspended' | 'protected' | 'leaving' | 'invited' | 'initial' | 'nothing'

export type DeedWords = Exclude<DeedName, 'state'> | 'suspend' | 'reactivate'

/** One person: who they are, what lets them back in, what can be done for them, and what happened to the account. */
export const person = definePage({
  path: '/manage/people/:id',
  template: 'manage/people/person',
  signedIn: true,
  role: 'administrator',
  async view(visit, ctx) {
    const { parts, organization, locale } = visit
    const { asked, timeline } = await withOrganization(parts.database, organization.id, async (tx) => {
      const found = await lookAt(tx, visit, ctx)
      return { asked: found, timeline: await timelineAsked(tx, ctx, found.person.id, locale) }
    })
    const { id, fullName, username, role } = asked.person
    const when = (instant: Date | null) => (instant ? formatInstant(instant, locale) : '')
    return {
      view: {
        id,
        fullName,
        username,
        role,
        isYou: id === signedInPerson(visit).account.id,
        email: shownContact(visit, asked, 'email'),
        phone: shownContact(visit, asked, 'phone'),
        madeAt: when(asked.madeAt),
        passwordSetAt: when(asked.passwordSetAt),
        sessions: asked.sessions,
        ways: waysBack(parts, visit.settings, {
          account: asked.person,
          authenticator: asked.authenticator,
          now: asked.now,
        }),
        obstacle: obstacleOf(asked),
        until: when(asked.leavingAt ?? asked.initialUntil),
        deeds: asked.deeds.map((name) => ({ name, words: wordsOf(name, asked) })),
        timeline,
      },
    }
  },
})

function shownContact({ locale }: Visit, { person: account, now }: Asked, kind: ContactKind) {
  const { value } = contactOf(account, kind)
  const until = newUntil(account, kind, now)
  return {
    value: value !== null && kind === 'phone' ? shownPhone(value) : value,
    reached: reached(account, kind, now),
    from: until ? formatInstant(until, locale) : '',
  }
}

/** What a deed is called: there is one page for both ways of changing the state. */
function wordsOf(name: DeedName, { person: { state } }: Asked): DeedWords {
  if (name !== 'state') return name
  return state === 'active' ? 'suspend' : 'reactivate'
}

function obstacleOf({ person: account, passwordSetAt, initialUntil, leavingAt }: Asked): Obstacle | null {
  if (account.state === 'suspended') return 'suspended'
  if (account.protectedAt) return 'protected'
  if (leavingAt) return 'leaving'
  if (passwordSetAt) return null
  if (initialUntil) return 'initial'
  return account.email === null ? 'nothing' : 'invited'
}
