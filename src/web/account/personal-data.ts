import { changesOf } from '../../access/change-store.ts'
import { messagesTo } from '../../access/messages-store.ts'
import type { Account } from '../../accounts/account.ts'
import { accountMadeAt } from '../../accounts/deletion-store.ts'
import { acceptedTermsOf } from '../../accounts/signup-store.ts'
import { authenticatorOf } from '../../credentials/authenticator-store.ts'
import { initialPasswordOf } from '../../credentials/initial-store.ts'
import { passwordOf } from '../../credentials/store.ts'
import type { Transaction } from '../../database/transaction.ts'
import { copyOfActivity } from '../../profile/activity.ts'
import { contactsWaiting } from '../../profile/contact-store.ts'
import { deletedFrom } from '../../profile/deletion.ts'
import { requestsOf } from '../../recovery/requests/store.ts'
import { attemptsOf } from '../../recovery/store.ts'
import { knownDevicesSeen } from '../../sessions/devices-store.ts'
import { liveSessions } from '../../sessions/store.ts'

/** Rises when something in the file is renamed or goes; what is only added changes nothing for who reads it. */
const VERSION = 1

/** So many events are in a copy, the newest; the log keeps all. */
const MOST_EVENTS = 10_000

/**
 * All that is kept of a person, for themselves; what each part is stands in docs/personal-data.md. Instants become ISO 8601
 * in JSON. Nothing in it opens anything, and of other people there is only what they were.
 */
export async function personalData(tx: Transaction, organization: { name: string }, account: Account) {
  const activity = await copyOfActivity(tx, account.id, MOST_EVENTS + 1)
  return {
    version: VERSION,
    madeAt: tx.now,
    organization: organization.name,
    profile: await profileOf(tx, account),
    ...(await keysOf(tx, account)),
    sessions: (await liveSessions(tx, account.id)).map((session) => ({
      openedAt: session.openedAt,
      lastSeenAt: session.lastSeenAt,
      device: session.device,
      network: session.address,
    })),
    knownDevices: (await knownDevicesSeen(tx, account.id)).map((lastSeenAt) => ({ lastSeenAt })),
    waitingContacts: (await contactsWaiting(tx, account)).map(({ kind, value, askedAt }) => {
      return { kind, value, askedAt }
    }),
    changes: (await changesOf(tx, account.id)).map((change) => ({
      changed: change.changed,
      authenticator: change.authenticator,
      contactBefore: change.contactBefore,
      madeAt: change.madeAt,
      undoneAt: change.undoneAt,
    })),
    recoveries: (await attemptsOf(tx, account.id)).map((attempt) => ({
      begunAt: attempt.begunAt,
      method: attempt.method,
      state: attempt.closedReason ?? attempt.step,
      endedAt: attempt.endedAt,
      device: attempt.asked.device,
      network: attempt.asked.address,
    })),
    requests: (await requestsOf(tx, account.id)).map((request) => ({
      askedAt: request.askedAt,
      state: request.state,
      endedAt: request.endedAt,
      device: request.device,
      network: request.address,
    })),
    acceptedTerms: await acceptedTermsOf(tx, account.id),
    messages: await messagesTo(tx, account),
    activity: activity.slice(0, MOST_EVENTS),
    isActivityComplete: activity.length <= MOST_EVENTS,
  }
}

async function profileOf(tx: Transaction, account: Account) {
  return {
    id: account.id,
    username: account.username,
    fullName: account.fullName,
    role: account.role,
    state: account.state,
    language: account.locale,
    createdAt: await accountMadeAt(tx, account.id),
    protectedAt: account.protectedAt,
    deletionDueAt: await deletedFrom(tx, account),
    email: {
      address: account.email,
      verifiedAt: account.emailVerifiedAt,
      changedAt: account.emailChangedAt,
    },
    phone: {
      number: account.phone,
      verifiedAt: account.phoneVerifiedAt,
      changedAt: account.phoneChangedAt,
    },
  }
}

/** That there are keys, and since when; never the keys. */
async function keysOf(tx: Transaction, { id }: Account) {
  const password = await passwordOf(tx, id)
  const initial = await initialPasswordOf(tx, id)
  const authenticator = await authenticatorOf(tx, id)
  return {
    password: password && { setAt: password.setAt },
    initialPassword: initial && {
      madeAt: initial.madeAt,
      firstUse: initial.firstUse && {
        at: initial.firstUse.at,
        device: initial.firstUse.device,
        network: initial.firstUse.address,
      },
    },
    authenticator: authenticator && {
      setUpAt: authenticator.confirmedAt,
      recoveryCodesLeft: authenticator.codesLeft,
    },
  }
}
