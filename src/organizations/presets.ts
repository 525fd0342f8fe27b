import type { RecoverySettings, Settings } from './settings.ts'

/** What a preset decides; all else stays as it is. */
type Decided = Pick<RecoverySettings, 'methods' | 'linkLifetimeMinutes' | 'authenticator' | 'afterReset'>

/** Ways in which organizations let their people back in, each by the name that its words have. */
const PRESETS = {
  'email-link': {
    methods: ['email-link'],
    linkLifetimeMinutes: 5,
    authenticator: 'challenge',
    afterReset: 'sign-in',
  },
  choice: {
    methods: ['email-link', 'sms-code'],
    linkLifetimeMinutes: 5,
    authenticator: 'challenge',
    afterReset: 'sign-in',
  },
  authenticator: {
    methods: ['email-link'],
    linkLifetimeMinutes: 5,
    authenticator: 'require',
    afterReset: 'home',
  },
  'sixty-minutes': {
    methods: ['email-link'],
    linkLifetimeMinutes: 60,
    authenticator: 'challenge',
    afterReset: 'sign-in',
  },
} as const satisfies Record<string, Decided>
export type PresetName = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[]

/** Settings as they would be with a preset. */
export function withPreset(settings: Settings, name: PresetName): Settings {
  return { ...settings, recovery: { ...settings.recovery, ...structuredClone<Decided>(PRESETS[name]) } }
}
