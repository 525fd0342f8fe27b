import { z } from 'zod'
import { isOrganizationName } from './organization.ts'

/** A domain as a person writes it; letters of any script. */
const domain = z
  .string()
  .regex(/^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?)+$/u)
  .max(253)

/** Whether a text can be a domain, such as `example.co.id`. */
export function isDomain(text: string): boolean {
  return domain.safeParse(text).success
}

/** One setting alone: together they are `settingsShape`. */
const eachSetting = z.strictObject({
  recovery: z
    .strictObject({
      methods: z
        .array(z.string().regex(/^[a-z]+(-[a-z]+)*$/))
        .min(1)
        .default(['email-link']),
      linkLifetimeMinutes: z.int().min(1).max(1440).default(5),
      codeLifetimeMinutes: z.int().min(1).max(15).default(5),
      /** `challenge` who has an authenticator, `require` one of everybody, or `off`. */
      authenticator: z.enum(['off', 'challenge', 'require']).default('challenge'),
      /** What somebody hears who names a person that is not there. `helpful` tells, and so tells everyone. */
      unknownPerson: z.enum(['uniform', 'helpful']).default('uniform'),
      afterReset: z.enum(['sign-in', 'home']).default('sign-in'),
      identifier: z.enum(['username-or-email', 'email', 'username']).default('username-or-email'),
      /** Whether a code by SMS, the weakest proof, is enough for the strongest accounts (NIST SP 800-63B-4 §3.1.3.3). */
      smsAloneForManagers: z.enum(['refused', 'allowed']).default('refused'),
      /** Between an administrator's approval and the link: time for whoever has the account to stop it. */
      approvalHoldHours: z.int().min(0).max(72).default(24),
    })
    .prefault({}),
  sms: z
    .strictObject({
      /** Where texts may go, as ISO 3166-1 codes of two letters; none: nowhere. */
      countries: z.array(z.string().regex(/^[A-Z]{2}$/)).default([]),
      /** May only lower what the operator allows. */
      messagesPerDay: z.int().min(0).max(200).default(200),
    })
    .prefault({}),
  passwords: z
    .strictObject({
      minimumLength: z.int().min(8).max(64).default(8),
      upper: z.boolean().default(true),
      lower: z.boolean().default(true),
      digit: z.boolean().default(true),
      symbol: z.boolean().default(true),
      notLast: z.boolean().default(true),
      notGuessable: z.boolean().default(true),
    })
    .prefault({}),
  signUp: z
    .strictObject({
      /** `company`: not with an address that anybody can have; nor does an account get one, unless it is `open`. */
      mode: z.enum(['closed', 'open', 'company']).default('closed'),
      /** Hours that the link which proves the mailbox lives. */
      verificationHours: z.int().min(1).max(168).default(24),
      /** Each domain stands for all below it; an allowed one wins over everything else. */
      allowedDomains: z.array(domain).max(200).default([]),
      deniedDomains: z.array(domain).max(200).default([]),
    })
    .prefault({}),
  /** What people must agree to who sign up; null: nothing. */
  terms: z
    .strictObject({ url: z.url({ protocol: /^https$/ }), version: z.string().min(1).max(50) })
    .nullable()
    .default(null),
  branding: z
    .strictObject({
      /** What the organization is called; null: as whoever runs the server named it. */
      name: z.string().refine(isOrganizationName, 'this is no name').nullable().default(null),
      color: z
        .string()
        .regex(/^#[0-9a-f]{6}$/)
        .default('#0b5cad'),
      locale: z
        .string()
        .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
        .default('en'),
      /** The hash under which the picture is kept; null: the first letter of the name stands for it. */
      logo: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullable()
        .default(null),
      support: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('email'), value: z.email(), label: z.string().max(100) }),
          z.strictObject({
            kind: z.literal('link'),
            value: z.url({ protocol: /^https$/ }),
            label: z.string().max(100),
          }),
          z.strictObject({
            kind: z.literal('phone'),
            value: z.string().regex(/^\+[0-9 ]{5,20}$/),
            label: z.string().max(100),
          }),
          z.strictObject({ kind: z.literal('text'), value: z.string().max(100), label: z.string().max(100) }),
        ])
        .nullable()
        .default(null),
    })
    .prefault({}),
})

/**
 * Everything that an organization decides, each setting declared once with its default.
 */
export const settingsShape = eachSetting.refine(
  ({ recovery, signUp }) => recovery.identifier !== 'username' || signUp.mode === 'closed',
  { path: ['recovery', 'identifier'], error: 'who signs up has no username, and could never recover' },
)

export type Settings = z.infer<typeof settingsShape>
export type RecoverySettings = Settings['recovery']
export type SmsSettings = Settings['sms']
export type SignUpSettings = Settings['signUp']

/** What may be left out when settings are written: every setting has a default. */
export type PartialSettings = z.input<typeof settingsShape>

/** Completes and checks settings. Throws a ZodError that names every wrong one. */
export function parseSettings(settings: unknown): Settings {
  return settingsShape.parse(settings)
}

/**
 * Reads stored settings. What a newer version of this program saved is left out, because both run side by side while it
 * is being rolled out; what an older one did not know takes its default. Throws a ZodError for what is wrong otherwise.
 */
export function readSettings(stored: object): Settings {
  const known = structuredClone(stored)
  for (const issue of settingsShape.safeParse(known).error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') continue
    const holder = issue.path.reduce<unknown>(
      (value, name) => (value as Record<PropertyKey, unknown>)[name],
      known,
    )
    for (const key of issue.keys) Reflect.deleteProperty(holder as object, key)
  }
  return parseSettings(known)
}

/**
 * What holds for a recovery that began under one version and goes on under another: the stricter of each
 * setting. What is asked for at the beginning, and how passwords are judged, is always today's.
 */
export function stricter(began: RecoverySettings, now: RecoverySettings): RecoverySettings {
  return {
    methods: began.methods.filter((method) => now.methods.includes(method)),
    linkLifetimeMinutes: Math.min(began.linkLifetimeMinutes, now.linkLifetimeMinutes),
    codeLifetimeMinutes: Math.min(began.codeLifetimeMinutes, now.codeLifetimeMinutes),
    authenticator: stricterOf(['off', 'challenge', 'require'], began.authenticator, now.authenticator),
    unknownPerson: stricterOf(['helpful', 'uniform'], began.unknownPerson, now.unknownPerson),
    afterReset: stricterOf(['home', 'sign-in'], began.afterReset, now.afterReset),
    identifier: now.identifier,
    approvalHoldHours: Math.max(began.approvalHoldHours, now.approvalHoldHours),
    smsAloneForManagers: stricterOf(
      ['allowed', 'refused'],
      began.smsAloneForManagers,
      now.smsAloneForManagers,
    ),
  }
}

/** Like `stricter`, for where texts may go: only to countries that both versions list. The budget is always today's. */
export function narrower(began: SmsSettings, now: SmsSettings): SmsSettings {
  return { ...now, countries: began.countries.filter((country) => now.countries.includes(country)) }
}

/**
 * The country of numbers that are written without one: the one that the organization sends texts to. Where it lists
 * several, or none, nobody guesses: a number of the wrong country is somebody else's.
 */
export function countryAssumed({ sms }: Settings): string | undefined {
  const [only, ...others] = sms.countries
  return others.length === 0 ? only : undefined
}

function stricterOf<Value>(fromLaxToStrict: readonly Value[], one: Value, other: Value): Value {
  return fromLaxToStrict.indexOf(one) > fromLaxToStrict.indexOf(other) ? one : other
}
