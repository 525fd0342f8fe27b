import type { Context } from 'koa'
import type { KeepLink } from '../../access/keep-link.ts'
import { formatInstant } from '../../i18n/format.ts'
import { examineKeeping, keepByLetter, type Keeping } from '../../profile/deletion.ts'
import { definePage, type Show, type TooMany } from '../page.ts'
import { tokenOf } from '../token.ts'

/** Keeps an account, from the letter about its deletion. Opening the page does nothing; its button does. */
export const keepAccount = definePage({
  path: '/recover/keep-account',
  template: 'recover/keep-account',
  async view({ parts, organization, visitor, locale }, ctx) {
    const standing = await examineKeeping(parts, organization.id, linkOf(ctx), visitor)
    if (standing.outcome !== 'open') return over(standing)
    return { view: { isOpen: true, when: formatInstant(standing.dueAt, locale) } }
  },
  fields: {},
  async submit({ parts, organization, visitor, locale }, _values, ctx) {
    const standing = await keepByLetter(parts, organization.id, linkOf(ctx), { visitor, locale })
    return standing.outcome === 'open' ? { goTo: '/sign-in', notice: 'account-kept' } : over(standing)
  },
})

function over(standing: Exclude<Keeping, { outcome: 'open' }>): Show | TooMany {
  if (standing.outcome === 'too-many') return { tooMany: standing.retryAfterSeconds }
  return { show: 'recover/keep-account', status: 410, view: { isOpen: false } }
}

function linkOf(ctx: Context): KeepLink {
  const { account, due } = ctx.query
  return {
    accountId: typeof account === 'string' ? account : '',
    dueAt: typeof due === 'string' ? due : '',
    token: tokenOf(ctx),
  }
}
