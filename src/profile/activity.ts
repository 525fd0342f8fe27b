import { openChanges } from '../access/change-store.ts'
import { fullNamesOf } from '../accounts/store.ts'
import type { EventKind } from '../audit/audit.ts'
import { eventsAbout, type Matter, type PastEvent } from '../audit/history.ts'
import type { Transaction } from '../database/transaction.ts'

/**
 * How each kind of event is told to the person whom it is about. `deed`: a line of its own. `change`: such a line, and it can
 * be undone for a while. `try`: anybody can bring it about who knows the person's name, so that many are told in one
 * line and none of them pushes a deed off a page. `hidden`: it means nothing to them, or another event tells it better.
 */
const TOLD = {
  'organization.created': 'deed',
  'settings.changed': 'hidden',
  'activity.exported': 'hidden',
  // Of many at once; each has the mail.
  'people.asked-to-add-ways': 'hidden',
  'people.deeds-withheld': 'hidden',
  'people.import-started': 'hidden',
  'people.import-ended': 'hidden',
  'person.created': 'deed',
  'person.suspended': 'deed',
  'person.reactivated': 'deed',
  'role.changed': 'deed',
  'initial-password.made': 'deed',
  // The link or code that comes of it is told.
  'recovery.requested': 'hidden',
  'recovery.method-chosen': 'hidden',
  'recovery.link-minted': 'try',
  'recovery.code-minted': 'try',
  'recovery.code-entered': 'deed',
  'recovery.authenticator-proven': 'deed',
  'recovery.authenticator-confirmed': 'deed',
  'recovery.message-withheld': 'try',
  'recovery.link-followed': 'deed',
  'recovery.refused': 'try',
  'recovery.cancelled': 'try',
  'recovery.disowned': 'deed',
  'recovery.completed': 'change',
  'recovery.invited': 'deed',
  'recovery.started': 'deed',
  'sign-in.succeeded': 'deed',
  'sign-in.half-way': 'deed',
  'sign-in.failed': 'try',
  'sign-in.paused': 'try',
  'sign-out': 'deed',
  'password.changed': 'change',
  // A step of a change, which is told.
  'step-up.passed': 'hidden',
  'step-up.refused': 'deed',
  'session.ended': 'deed',
  // As often as anybody likes: it would push deeds off a page.
  'language.changed': 'hidden',
  'profile.renamed': 'deed',
  'contact.requested': 'deed',
  // That it was asked for is told, and what came of it.
  'contact.secret-minted': 'hidden',
  'contact.message-withheld': 'hidden',
  'contact.refused': 'try',
  'contact.cancelled': 'deed',
  'email.added': 'change',
  'email.changed': 'change',
  'email.removed': 'change',
  'phone.added': 'change',
  'phone.changed': 'change',
  'phone.removed': 'change',
  'authenticator.added': 'change',
  'authenticator.replaced': 'change',
  'authenticator.removed': 'change',
  'authenticator.codes': 'change',
  'change.undone': 'deed',
  // For who runs the organization: the person cannot mend it, and what was lost is told by itself.
  'message.lost': 'hidden',
  'message.tested': 'hidden',
  'sms.budget-nearly-spent': 'hidden',
  'sms.country-paused': 'hidden',
  'request.filed': 'deed',
  'request.approved': 'deed',
  'request.refused': 'deed',
  'request.cancelled': 'deed',
  // Before there is an account there is nobody to tell.
  'sign-up.requested': 'hidden',
  'sign-up.link-minted': 'hidden',
  'sign-up.message-withheld': 'hidden',
  'sign-up.verified': 'deed',
  'sign-up.disowned': 'hidden',
  'sign-up.refused': 'hidden',
  'deletion.asked': 'deed',
  'deletion.stopped': 'deed',
  // Nobody is left to read it.
  'account.deleted': 'hidden',
} as const satisfies Record<EventKind, 'deed' | 'change' | 'try' | 'hidden'>

/** Who did something, as its person is told. `nobody`: somebody who was not signed in. */
export type Doer = { who: 'you' | 'nobody' | 'administrator' | 'operator' | 'system'; name: string | null }

/** One line of a timeline: a deed, or all tries of one kind between two deeds. */
export interface Line {
  kind: EventKind
  outcome: PastEvent['outcome']
  /** Null where the kind says it all, or where it differs among several. */
  matter: Matter | null
  doer: Doer
  count: number
  /** When, and for several from when on. */
  at: Date
  firstAt: Date
  /** The network that all of it came from; null: none is known, or they are several. */
  address: string | null
  /** The change that "This wasn't me" undoes; null: nothing of it can be undone. */
  changeId: string | null
}

/** A page of a timeline, newest first, and where its neighbours begin. */
export interface Timeline {
  lines: Line[]
  /** The page before which id is the older one; null: this is the last. */
  olderThan: string | null
  /** The page after which id is the newer one; null: this is the first. */
  newerThan: string | null
  /** Whether there were so many tries that the oldest of this page are not counted. */
  isCut: boolean
}

/** Where in a timeline somebody reads; neither: at its newest end. */
export interface Cursor {
  olderThan: string | null
  newerThan: string | null
}

/**
 * Every kind, for a person's own copy, but for whether the message to a new address or number went out: it tells whose that
 * is already (EN-09).
 */
const COPIED_KINDS = (Object.keys(TOLD) as EventKind[]).filter(
  (kind) => kind !== 'contact.secret-minted' && kind !== 'contact.message-withheld',
)

const DEEDS_A_PAGE = 25
/** Whether there is another page shows in one deed more. */
const ONE_MORE = DEEDS_A_PAGE + 1
const MOST_TRIES_A_PAGE = 1000

/** Every kind that a person is told of. */
export const TOLD_KINDS: readonly EventKind[] = kindsTold('deed', 'change', 'try')
const DEEDS = kindsTold('deed', 'change')
const TRIES = kindsTold('try')

/** A page of what happened to an account. A page is as long as its deeds, whatever strangers try meanwhile. */
export async function timelineOf(tx: Transaction, accountId: string, cursor: Cursor): Promise<Timeline> {
  const { deeds, next, previous } = await deedsAt(tx, accountId, cursor)
  const older = next && (deeds.at(-1)?.id ?? null)
  // So many of each kind by itself: a flood of one must not hide another.
  const found = await eventsAbout(
    tx,
    { subjectId: accountId, kinds: TRIES, olderThan: previous, newerThan: older },
    { ofEach: MOST_TRIES_A_PAGE },
  )
  const names = await fullNamesOf(
    tx,
    deeds.flatMap(({ actorId }) => actorId ?? []),
  )
  const tries = TRIES.map((kind) => found.filter((one) => one.kind === kind))
  const lines: Line[] = []
  for (const [index, deed] of [null, ...deeds].entries()) {
    if (deed) lines.push(lineOf(accountId, names, [deed]))
    const end = deeds[index]?.id ?? ''
    for (const ofKind of tries) {
      const here = ofKind.filter(({ id }) => id > end && (!deed || id < deed.id))
      if (here.length > 0) lines.push(lineOf(accountId, names, here))
    }
  }
  return {
    lines: await withChanges(tx, accountId, lines),
    olderThan: older,
    newerThan: previous && (deeds[0]?.id ?? null),
    isCut: tries.some(({ length }) => length === MOST_TRIES_A_PAGE),
  }
}

/** The deeds of a page; `next` and `previous` are the deeds that border on it, null where it has no neighbour. */
async function deedsAt(
  tx: Transaction,
  subjectId: string,
  { olderThan, newerThan }: Cursor,
): Promise<{ deeds: PastEvent[]; next: string | null; previous: string | null }> {
  const span = { subjectId, kinds: DEEDS }
  if (newerThan) {
    const found = await eventsAbout(tx, { ...span, newerThan }, { inAll: ONE_MORE }, 'oldest')
    // Fewer than a page: then it is the first, which is shown whole.
    const surplus = found.length > DEEDS_A_PAGE ? found[0] : null
    if (surplus) return { deeds: found.slice(1), next: newerThan, previous: surplus.id }
  }
  const from = newerThan ? null : olderThan
  const found = await eventsAbout(tx, { ...span, olderThan: from }, { inAll: ONE_MORE })
  return { deeds: found.slice(0, DEEDS_A_PAGE), next: found[DEEDS_A_PAGE]?.id ?? null, previous: from }
}

function lineOf(accountId: string, names: Map<string, string>, events: PastEvent[]): Line {
  const [newest] = events
  const oldest = events.at(-1)
  if (!newest || !oldest) throw new Error('a line tells of something')
  const matters = new Set(events.map(({ matter }) => matter))
  const networks = new Set(events.map(({ address }) => address))
  const matter = matters.size === 1 ? newest.matter : null
  return {
    kind: newest.kind,
    outcome: newest.outcome,
    matter,
    doer: isAnybodys(newest, matter) ? NOBODY : doerOf(accountId, names, newest),
    count: events.length,
    at: newest.at,
    firstAt: oldest.at,
    address: networks.size === 1 ? newest.address : null,
    changeId: null,
  }
}

/** What is in a person's copy of one event. Of who else did something there is only what they were. */
export interface CopiedEvent {
  at: Date
  kind: EventKind
  outcome: PastEvent['outcome']
  by: Doer['who']
  network: string | null
}

/** The newest events about an account, for its person's own copy, newest first. */
export async function copyOfActivity(
  tx: Transaction,
  accountId: string,
  most: number,
): Promise<CopiedEvent[]> {
  const events = await eventsAbout(tx, { subjectId: accountId, kinds: COPIED_KINDS }, { inAll: most })
  return events.map((event) => {
    const { at, kind, outcome, address: network } = event
    return { at, kind, outcome, by: whoDid(accountId, event), network }
  })
}

/** Whether anybody may have brought it about who knows the person's name. Invitations go out because who runs the organization said so. */
function isAnybodys({ kind, actor }: PastEvent, matter: Matter | null): boolean {
  return TOLD[kind] === 'try' && !(matter === 'invitation' && actor === 'system')
}

/** Whose try it was is not known: who was not signed in may have been anybody. */
const NOBODY: Doer = { who: 'nobody', name: null }

function doerOf(accountId: string, names: Map<string, string>, event: PastEvent): Doer {
  const who = whoDid(accountId, event)
  const name = who === 'administrator' ? names.get(event.actorId ?? '') : null
  return { who, name: name ?? null }
}

function whoDid(accountId: string, { actor, actorId }: PastEvent): Doer['who'] {
  if (actor !== 'person') return actor
  if (actorId === null) return 'nobody'
  return actorId === accountId ? 'you' : 'administrator'
}

/** Names the changes that can still be undone: each was made in the transaction, and so at the instant, that its event tells of. */
async function withChanges(tx: Transaction, accountId: string, lines: Line[]): Promise<Line[]> {
  const open = await openChanges(tx, accountId)
  return lines.map((line) => ({
    ...line,
    changeId:
      TOLD[line.kind] === 'change'
        ? (open.find(({ madeAt }) => madeAt.getTime() === line.at.getTime())?.id ?? null)
        : null,
  }))
}

function kindsTold(...ways: (typeof TOLD)[EventKind][]): EventKind[] {
  return (Object.keys(TOLD) as EventKind[]).filter((kind) => ways.includes(TOLD[kind]))
}
