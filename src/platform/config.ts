import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Load, Util } from 'config/lib/util.js'
import { z } from 'zod'
import { isPrivate, isThisMachine } from './address.ts'
import { BadConfiguration, keyOfTheDemo, parseKeys } from './configured-keys.ts'
import { projectRoot } from './root.ts'
import type { SecretKey } from './secrets.ts'

/** A limit: so many in so long. */
export interface Allowance {
  count: number
  seconds: number
}

/** Everything the operator decides, checked and typed. Immutable for the life of the process. */
export interface Config {
  environment: 'demo' | 'production'
  server: { host: string; port: number; publicUrl: string; trustedProxies: number }
  database: {
    /** Null: the private PostgreSQL under `dataDir`. */
    url: string | null
    ownerUrl: string | null
    directUrl: string | null
    poolSize: number
    statementTimeoutMs: number
    lockTimeoutMs: number
  }
  /** Where metrics are told; null: nowhere. */
  metrics: { host: string; port: number } | null
  dataDir: string
  secretKeys: SecretKey[]
  /** `smtpUrl` null: the demo's outbox. */
  mail: { smtpUrl: string | null; from: string }
  /** The account at Twilio; null: the demo's outbox, and in production no texts. */
  sms: { accountSid: string; authToken: string; from: string; apiUrl: string | null } | null
  logLevel: string
  hashing: { concurrency: number; queue: number }
  limits: Record<string, Allowance>
}

export { BadConfiguration }

type Environment = Record<string, string | undefined>
type RawSettings = Record<string, unknown>

const text = z.string().trim()
const optionalUrl = (protocols: string[]) =>
  text.refine((value) => value === '' || protocols.includes(protocolOf(value)), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })
const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error)
}
/** An address, or a name and an address in angle brackets. */
const sender = text.refine(
  (value) => value === '' || z.email().safeParse(/<([^<>]+)>$/.exec(value)?.[1] ?? value).success,
  'must be an address, or a name and an address, such as Example <no-reply@example.org>',
)

const fileShape = z.strictObject({
  environment: z.enum(['demo', 'production', 'development', 'test'], 'must be demo or production'),
  server: z.strictObject({
    host: text.min(1),
    port: wholeNumber(0, 65_535),
    publicUrl: optionalUrl(['http:', 'https:']).refine(isOrigin, {
      message: 'must be an address without a path, such as https://account.example.org',
    }),
    trustedProxies: text.regex(/^\d{0,2}$/, 'must be the number of proxies in front, 0 if there is none'),
  }),
  database: z.strictObject({
    url: optionalUrl(['postgres:', 'postgresql:']),
    ownerUrl: optionalUrl(['postgres:', 'postgresql:']),
    directUrl: optionalUrl(['postgres:', 'postgresql:']),
    poolSize: wholeNumber(1, 100),
    statementTimeoutMs: wholeNumber(100, 60_000),
    lockTimeoutMs: wholeNumber(100, 60_000),
  }),
  metrics: z.strictObject({
    host: text.refine(isPrivate, 'must be this machine or a private address: whoever reaches it may read'),
    port: text.refine((port) => /^\d{0,5}$/.test(port) && Number(port) <= 65_535, 'must be a port, or empty'),
  }),
  dataDir: text.min(1),
  secretKeys: text,
  mail: z.strictObject({ smtpUrl: optionalUrl(['smtp:', 'smtps:']), from: sender }),
  sms: z.strictObject({
    accountSid: text.regex(/^(AC[0-9a-f]{32})?$/, 'must be AC and 32 hexadecimal digits'),
    authToken: text.regex(/^([!-~]{16,})?$/, 'must be the token of the account'),
    from: text.regex(/^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})?$/, 'must be a number such as +12025550100, or MG…'),
    apiUrl: optionalUrl(['https:', 'http:']).refine(isOrigin, 'must be an address without a path'),
  }),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  hashing: z.strictObject({ concurrency: wholeNumber(0, 64), queue: wholeNumber(1, 1000) }),
  limits: z.record(
    z.string(),
    z.strictObject({ count: wholeNumber(1, 1_000_000), seconds: wholeNumber(1, 31_536_000) }),
  ),
})

type FileShape = z.infer<typeof fileShape>

/**
 * Reads `config/*.json` and the environment over it (`config/custom-environment-variables.json` says which variable is
 * which setting). Where the demo has no key yet, one is made and written to `dataDir`.
 * Throws `BadConfiguration` naming every fault at once.
 * @param limitNames the limits there are, of which none may be missing and no other be set; not asked for if left out
 */
export function loadConfig(environment: Environment = process.env, limitNames?: readonly string[]): Config {
  const configDir = join(projectRoot, 'config')
  const variables = JSON.parse(
    readFileSync(join(configDir, 'custom-environment-variables.json'), 'utf8'),
  ) as RawSettings
  const settings = new SettingsFiles({ configDir, nodeEnv: [environment['NODE_ENV'] ?? 'demo'] })
  const raw = settings.under(variables, environment)
  const parsed = fileShape.safeParse(raw)
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => describe(issue.path, issue.message, variables))
  faults.push(...faultsInCombination(raw))
  if (limitNames) faults.push(...faultsInNames(raw['limits'], limitNames))
  const keys = parseKeys(textAt(raw, 'secretKeys'), faults)
  if (!parsed.success || faults.length > 0) {
    throw new BadConfiguration(
      ['The configuration cannot be used:', ...faults.map((fault) => `  - ${fault}`)].join('\n'),
    )
  }
  return build(parsed.data, keys)
}

/** node-config reads `process.env` by itself; this hands it the environment instead, so that tests can. */
class SettingsFiles extends Load {
  under(variables: RawSettings, environment: Environment): RawSettings {
    Util.loadFileConfigs(this)
    this.addConfig('environment', this.substituteDeep(variables, environment) as RawSettings)
    return this.config as RawSettings
  }
}

/** What is allowed one by one and not together; chiefly, what production must not do without. */
function faultsInCombination(raw: RawSettings): string[] {
  const publicUrl = textAt(raw, 'server', 'publicUrl')
  const unset = (...path: string[]) => textAt(raw, ...path) === ''
  const faults: [boolean, string][] =
    textAt(raw, 'environment') === 'production'
      ? [
          [unset('database', 'url'), 'DATABASE_URL: production needs a PostgreSQL of its own'],
          [
            protocolOf(publicUrl) !== 'https:',
            'PUBLIC_URL: production needs the https address that people use',
          ],
          [
            unset('secretKeys'),
            'SECRET_KEYS: production needs keys of its own (id:base64 of 32 random bytes)',
          ],
          [unset('mail', 'smtpUrl'), 'SMTP_URL: production needs a real mail server'],
          [unset('mail', 'from'), 'MAIL_FROM: production needs the address that its mail comes from'],
          [
            unset('server', 'trustedProxies'),
            'TRUSTED_PROXIES: say how many proxies are in front, 0 if none',
          ],
        ]
      : [
          [
            URL.canParse(publicUrl) && !isThisMachine(new URL(publicUrl).hostname),
            'PUBLIC_URL: the demo serves only this machine; set NODE_ENV=production to serve others',
          ],
          [
            !isThisMachine(textAt(raw, 'server', 'host')),
            'HOST: the demo serves only this machine; set NODE_ENV=production to serve others',
          ],
          [!unset('mail', 'smtpUrl') && unset('mail', 'from'), 'MAIL_FROM: must be set where SMTP_URL is'],
        ]
  return [...faults, ...faultsInSms(raw)].filter(([broken]) => broken).map(([, fault]) => fault)
}

/** Half an account sends nothing, and nobody would know. */
function faultsInSms(raw: RawSettings): [boolean, string][] {
  const at = (name: string) => textAt(raw, 'sms', name)
  const isBegun = ['accountSid', 'authToken', 'from', 'apiUrl'].some((name) => at(name) !== '')
  const apiUrl = at('apiUrl')
  return [
    [isBegun && !at('accountSid'), 'TWILIO_ACCOUNT_SID: must be set where any of TWILIO_* is'],
    [isBegun && !at('authToken'), 'TWILIO_AUTH_TOKEN: must be set where any of TWILIO_* is'],
    [isBegun && !at('from'), 'TWILIO_FROM: must be set where any of TWILIO_* is'],
    [
      protocolOf(apiUrl) === 'http:' && !isThisMachine(new URL(apiUrl).hostname),
      'TWILIO_API_URL: must be https, or this machine: the token goes there',
    ],
  ]
}

function faultsInNames(limits: unknown, names: readonly string[]): string[] {
  const set = typeof limits === 'object' && limits !== null ? Object.keys(limits) : []
  const missing = names.filter((name) => !set.includes(name))
  const unknown = set.filter((name) => !names.includes(name))
  return [
    ...missing.map((name) => `config setting limits.${name}: is missing`),
    ...unknown.map((name) => `config setting limits.${name}: there is no such limit`),
  ]
}

/** The text of one setting before it was checked; empty when it is missing or no text. */
function textAt(raw: RawSettings, ...path: string[]): string {
  const value = path.reduce<unknown>(
    (found, name) => (typeof found === 'object' && found !== null ? (found as RawSettings)[name] : undefined),
    raw,
  )
  return typeof value === 'string' ? value.trim() : ''
}

function build(file: FileShape, keys: SecretKey[]): Config {
  const dataDir = resolve(projectRoot, file.dataDir)
  const { host, port } = file.server
  return {
    environment: file.environment === 'production' ? 'production' : 'demo',
    server: {
      host,
      port,
      publicUrl:
        file.server.publicUrl === '' ? `http://localhost:${port}` : new URL(file.server.publicUrl).origin,
      trustedProxies: Number(file.server.trustedProxies),
    },
    database: {
      url: file.database.url || null,
      ownerUrl: file.database.ownerUrl || null,
      directUrl: file.database.directUrl || null,
      poolSize: file.database.poolSize,
      statementTimeoutMs: file.database.statementTimeoutMs,
      lockTimeoutMs: file.database.lockTimeoutMs,
    },
    metrics: file.metrics.port === '' ? null : { host: file.metrics.host, port: Number(file.metrics.port) },
    dataDir,
    secretKeys: keys.length > 0 ? keys : [keyOfTheDemo(dataDir)],
    mail: {
      smtpUrl: file.mail.smtpUrl || null,
      from: file.mail.from || 'Latchkey demo <demo@latchkey.example>',
    },
    sms: file.sms.accountSid
      ? { ...file.sms, apiUrl: file.sms.apiUrl ? new URL(file.sms.apiUrl).origin : null }
      : null,
    logLevel: file.logLevel,
    hashing: file.hashing,
    limits: file.limits,
  }
}

/** Puts the name of the variable in front, so that whoever reads the fault knows what to set. */
function describe(path: PropertyKey[], message: string, variables: RawSettings): string {
  const variable = path.reduce<unknown>(
    (found, part) =>
      typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[part] : found,
    variables,
  )
  return `${typeof variable === 'string' ? variable : `config setting ${path.join('.')}`}: ${message}`
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}

function isOrigin(url: string): boolean {
  if (!URL.canParse(url)) return url === ''
  const { pathname, search, hash, username } = new URL(url)
  return pathname === '/' && search === '' && hash === '' && username === ''
}
