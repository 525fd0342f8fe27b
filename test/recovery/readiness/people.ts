import { newAccount, type Account, type Role } from '../../../src/accounts/account.ts'
import { addAccount, firstAccounts } from '../../../src/accounts/store.ts'
import { bindAuthenticator, withAuthenticator } from '../../../src/credentials/authenticator-store.ts'
import type { Transaction } from '../../../src/database/transaction.ts'
import { after, HOUR } from '../../../src/platform/clock.ts'
import { newId, systemRandom } from '../../../src/platform/random.ts'
import type { Secrets } from '../../../src/platform/secrets.ts'

const ROLES: Role[] = ['member', 'member', 'administrator', 'owner']
/** None, one of Indonesia, of Singapore, of Canada (of the same prefix as the United States), and one of no mobile network. */
const NUMBERS = [null, '+6281234500000', '+6581230000', '+15062345678', '+622130000000']
const REACHED = ['none', 'unverified', 'verified', 'new'] as const

/** Every kind of person that there can be, as far as recovery can tell them apart: 640 of them, none of them like another. */
export async function everyKind(tx: Transaction, secrets: Secrets): Promise<void> {
  let made = 0
  for (const [index, role] of ROLES.entries())
    for (const isNamed of [true, false])
      for (const email of REACHED)
        for (const phone of NUMBERS)
          for (const reached of ['unverified', 'verified', 'new'] as const)
            for (const state of ['active', 'protected', 'suspended'] as const) {
              if (phone === null && reached !== 'verified') continue
              if (state !== 'active' && made % 7 !== 0) {
                made += 1
                continue
              }
              made += 1
              const account = personOf(tx, made, { role, isNamed, email, phone, reached, state })
              await addAccount(tx, account)
              if (index % 2 === 1 && made % 2 === 0)
                await bindAuthenticator(tx, secrets, account.id, {
                  secret: 'A'.repeat(32),
                  lastStep: 0,
                  codes: [],
                })
            }
}

/** Everybody active, and whether each has an authenticator. */
export async function everybody(tx: Transaction): Promise<{ account: Account; hasAuthenticator: boolean }[]> {
  const active = (await firstAccounts(tx, 1000)).filter(({ state }) => state === 'active')
  const having = await withAuthenticator(
    tx,
    active.map(({ id }) => id),
  )
  return active.map((account) => ({ account, hasAuthenticator: having.has(account.id) }))
}

interface Kind {
  role: Role
  isNamed: boolean
  email: (typeof REACHED)[number]
  phone: string | null
  reached: 'unverified' | 'verified' | 'new'
  state: 'active' | 'protected' | 'suspended'
}

function personOf(tx: Transaction, number: number, kind: Kind): Account {
  const justNow = after(tx.now, -HOUR)
  return newAccount({
    id: newId(systemRandom, tx.now),
    username: kind.isNamed ? `kind-${number}` : null,
    fullName: `Kind ${number}`,
    role: kind.role,
    state: kind.state === 'suspended' ? 'suspended' : 'active',
    email: kind.email === 'none' ? null : `kind-${number}@example.org`,
    emailVerifiedAt: ['verified', 'new'].includes(kind.email) ? justNow : null,
    emailChangedAt: kind.email === 'new' ? justNow : null,
    phone: kind.phone,
    phoneVerifiedAt: kind.phone !== null && kind.reached !== 'unverified' ? justNow : null,
    phoneChangedAt: kind.phone === null ? null : kind.reached === 'new' ? justNow : new Date(0),
    protectedAt: kind.state === 'protected' ? justNow : null,
  })
}
