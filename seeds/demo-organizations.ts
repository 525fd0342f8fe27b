import type { Account, Role } from '../src/accounts/account.ts'
import type { PartialSettings } from '../src/organizations/settings.ts'

/** Whoever tries the demo signs in with this, as anybody. */
export const DEMO_PASSWORD = 'Lantern-Harbour-42!'

/** Who of them has an authenticator. Its key is known to everybody too, and so are the recovery codes that are left. */
export const DEMO_AUTHENTICATOR = {
  username: 'noah',
  key: 'LATCHKEYDEMONOAHLATCHKEYDEMONOAH',
  recoveryCodes: ['2dem0-n0ah2-dem0n-0ah2d-em0n0a', '3dem0-n0ah3-dem0n-0ah3d-em0n0a'],
}

export interface DemoOrganization {
  /** Fixed: by these ids a database is known to be the demo's own. */
  id: string
  slug: string
  name: string
  /** North American, of the numbers 555-0100 to 555-0199 that nobody has: the demo texts no stranger. */
  areaCode: number
  settings: PartialSettings
}

/** The five organizations: each configures recovery in its own way. */
export const DEMO_ORGANIZATIONS: DemoOrganization[] = [
  {
    id: '0198d000-0000-7000-8000-00000000de01',
    slug: 'harbour',
    name: 'Harbour Cloud',
    areaCode: 206,
    settings: {
      recovery: { methods: ['email-link'], authenticator: 'off', identifier: 'email' },
      signUp: { mode: 'company' },
      terms: { url: 'https://harbour.example/terms', version: '2026-01' },
      branding: { color: '#0b5cad' },
    },
  },
  {
    id: '0198d000-0000-7000-8000-00000000de02',
    slug: 'summit',
    name: 'Summit Identity',
    areaCode: 303,
    settings: {
      recovery: {
        methods: ['email-link', 'sms-code'],
        authenticator: 'off',
        identifier: 'username',
        smsAloneForManagers: 'allowed',
      },
      sms: { countries: ['GB', 'ID', 'US'] },
      branding: { color: '#b3541e' },
    },
  },
  {
    id: '0198d000-0000-7000-8000-00000000de03',
    slug: 'lantern',
    name: 'Lantern Platform',
    areaCode: 312,
    settings: {
      recovery: {
        linkLifetimeMinutes: 5,
        authenticator: 'require',
        unknownPerson: 'helpful',
        afterReset: 'home',
        identifier: 'username-or-email',
      },
      branding: {
        color: '#6a3fa0',
        support: { kind: 'text', value: 'your administrator', label: 'your administrator' },
      },
    },
  },
  {
    id: '0198d000-0000-7000-8000-00000000de04',
    slug: 'meadow',
    name: 'Meadow Energy',
    areaCode: 415,
    settings: {
      recovery: { linkLifetimeMinutes: 60, authenticator: 'off', identifier: 'email' },
      passwords: { lower: false },
      branding: {
        color: '#2e7d4f',
        support: { kind: 'email', value: 'support@meadow.example', label: 'the Meadow support team' },
      },
    },
  },
  {
    id: '0198d000-0000-7000-8000-00000000de05',
    slug: 'acme',
    name: 'Acme Works',
    areaCode: 212,
    settings: {
      recovery: { methods: ['email-link', 'sms-code'], authenticator: 'challenge', afterReset: 'home' },
      sms: { countries: ['GB', 'ID', 'US'] },
      signUp: { mode: 'open' },
      terms: { url: 'https://acme.example/terms', version: '3' },
      branding: {
        color: '#c2255c',
        support: { kind: 'email', value: 'help@acme.example', label: 'the Acme help desk' },
      },
    },
  },
]

type DemoPerson = Pick<Account, 'fullName'> & {
  username: string
  role: Role
  hasEmail: boolean
  /** The last two digits of the person's mobile number. */
  line: number | null
}

/** Who lives in each of them. */
export const DEMO_PEOPLE: DemoPerson[] = [
  { username: 'olivia', fullName: 'Olivia Santoso', role: 'owner', hasEmail: true, line: 11 },
  { username: 'adam', fullName: 'Adam Wirawan', role: 'administrator', hasEmail: true, line: 12 },
  { username: 'mia', fullName: 'Mia Tanaka', role: 'member', hasEmail: true, line: 13 },
  { username: 'noah', fullName: 'Noah Lindqvist', role: 'member', hasEmail: true, line: 14 },
  { username: 'nils', fullName: 'Nils Okafor', role: 'member', hasEmail: false, line: null },
]
