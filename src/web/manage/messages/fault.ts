/** Why a message did not reach its person, as far as it is told: what a server said may quote addresses. */
export const FAULTS = [
  'late',
  'refused',
  'busy',
  'login',
  'away',
  'address',
  'not-configured',
  'provider',
  'undelivered',
  'nobody',
  'over',
  'limit',
  'not-allowed',
  'broken',
  'not-needed',
] as const
type Fault = (typeof FAULTS)[number]

/** Which words the labels of senders, and the reasons of who writes a message, come to; the first that fits. */
const SAID: readonly [RegExp, Fault][] = [
  [/^too old$|^tried often enough$/, 'late'],
  [/^smtp login$/, 'login'],
  [/^smtp 5/, 'refused'],
  [/^smtp 4/, 'busy'],
  [/(connection|timeout)$/, 'away'],
  [/^smtp envelope$|^bad recipient$/, 'address'],
  [/^not configured$/, 'not-configured'],
  [/^undelivered$/, 'undelivered'],
  [/^twilio/, 'provider'],
  [/^(nobody|unreachable|no address|nobody is reached)$/, 'nobody'],
  [/^(expired|cancelled|replaced|answered|used|stopped)$/, 'over'],
  [/^(limit|tries-of-the-day|too-many-tries|pause|number|prefix|account|organization|country)$/, 'limit'],
  [
    /^(suspended|protected|no-longer-offered|not-for-role|account.changed|approval withdrawn)$/,
    'not-allowed',
  ],
  [/^(preparation|unexpected)$/, 'broken'],
]

/** The words for a fault; what is none is a message that turned out not to be needed. */
export function faultIn(label: string): Fault {
  return SAID.find(([pattern]) => pattern.test(label))?.[1] ?? 'not-needed'
}
