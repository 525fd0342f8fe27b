import type { Settings } from '../../../organizations/settings.ts'
import { offered, offeredLink, STRATEGIES } from '../../../recovery/strategies/index.ts'
import { keyToSetUp } from '../../enrolment.ts'
import { Refused } from '../../errors.ts'
import { listOfRules } from '../../new-password.ts'
import { definePage, type View } from '../../page.ts'
import { pathPart, type Visit } from '../../visit.ts'
import { proposalIn } from './proposal.ts'

/** The steps of a recovery that somebody waits on, and what each page of it is given at its beginning. */
const SCREENS = {
  identify: {
    isSeen: () => true,
    view({ parts }: Visit, { recovery }: Settings) {
      const ways = offered(parts, recovery)
      const only = ways.length === 1 ? ways[0]?.id : null
      return { asks: recovery.identifier, only: only ?? null, offered: ways.length > 0 }
    },
  },
  choose: {
    isSeen: ({ recovery }: Settings) => recovery.methods.length > 1,
    view: ({ parts }: Visit, { recovery }: Settings) => ({
      ways: offered(parts, recovery).map(({ id }) => id),
    }),
  },
  sent: {
    isSeen: (settings: Settings) => answeredBy('link', settings) !== undefined,
    view: (_visit: Visit, settings: Settings) => ({
      way: answeredBy('link', settings)?.id,
      minutes: settings.recovery.linkLifetimeMinutes,
      asked: settings.recovery.identifier,
    }),
  },
  code: {
    isSeen: (settings: Settings) => answeredBy('code', settings) !== undefined,
    view: ({ parts }: Visit, settings: Settings) => ({
      way: answeredBy('code', settings)?.id,
      triesLeft: 5,
      minutes: settings.recovery.codeLifetimeMinutes,
      mayAskAgainInSeconds: 0,
      instead: offeredLink(parts, settings.recovery)?.id ?? null,
    }),
  },
  authenticator: {
    isSeen: ({ recovery }: Settings) => recovery.authenticator !== 'off',
    view: () => ({ minutesLeft: 15, codesLeft: 10, asksForRecoveryCode: false }),
  },
  enrol: {
    isSeen: ({ recovery }: Settings) => recovery.authenticator === 'require',
    view: (visit: Visit) =>
      keyToSetUp(visit, { secret: NOBODYS_KEY, lastStep: null, codes: [] }, visit.organization.name),
  },
  password: {
    isSeen: () => true,
    view: (_visit: Visit, { passwords }: Settings) => ({
      minutesLeft: 15,
      username: null,
      isInvitation: false,
      termsUrl: null,
      attempt: '',
      ...listOfRules(passwords, {}),
    }),
  },
} satisfies Record<
  string,
  { isSeen(settings: Settings): boolean; view(visit: Visit, settings: Settings): View }
>
export type Screen = keyof typeof SCREENS
export const SCREEN_NAMES = Object.keys(SCREENS) as Screen[]

/** A key that no account has: the picture on a preview sets nothing up. */
const NOBODYS_KEY = 'LATCHKEYPREVIEWLATCHKEYPREVIEWAB'

/** The screens that people would see under these settings, in their order. */
export function screensOf(settings: Settings): Screen[] {
  return SCREEN_NAMES.filter((name) => SCREENS[name].isSeen(settings))
}

/**
 * One screen of a recovery as it would look under proposed settings, by the very template that people see. Nothing on it can
 * be sent, and nothing runs.
 */
export const preview = definePage({
  path: '/manage/recovery/preview/:screen',
  signedIn: true,
  role: 'owner',
  view(visit, ctx) {
    const name = SCREEN_NAMES.find((one) => one === pathPart(ctx, 'screen'))
    if (!name) throw new Refused(404)
    const proposed = proposalIn(visit, ctx)
    const settings = proposed ?? visit.settings
    // Beside a form that is still being filled in, a screen can be asked for that nobody would see.
    const why = !proposed && ctx.querystring !== '' ? 'unreadable' : 'unseen'
    if (why === 'unreadable' || !screensOf(settings).includes(name))
      return { preview: 'manage/recovery/no-screen', settings, view: { why } }
    return { preview: `recover/${name}`, settings, view: SCREENS[name].view(visit, settings) }
  },
})

function answeredBy(kind: 'link' | 'code', { recovery }: Settings) {
  return offered({ strategies: STRATEGIES }, recovery).find(({ answeredBy: how }) => how === kind)
}
