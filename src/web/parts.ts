import type { OnLost } from '../delivery/lost.ts'
import type { Words } from '../i18n/words.ts'
import type { Config } from '../platform/config.ts'
import type { Logger } from '../platform/log.ts'
import type { ProfileParts } from '../profile/parts.ts'
import type { RecoveryParts } from '../recovery/parts.ts'
import type { Assets } from './assets.ts'
import type { SignInParts } from '../signin/parts.ts'
import type { SignUpParts } from '../signup/parts.ts'

/** A request after its answer: for the route, the pattern of its address and never the address. */
export interface Answered {
  method: string
  route: string
  status: number
  milliseconds: number
}

/** What the pages are built from. */
export interface WebParts extends RecoveryParts, SignInParts, SignUpParts, ProfileParts {
  config: Config
  /** Null outside the demo. */
  demo: { password: string; authenticator: { username: string; key: string }; slugs: string[] } | null
  words: Words
  assets: Assets
  log: Logger
  /** Told of every request. */
  onAnswered: (request: Answered) => void
  /** What is done about a message that never reached its person, whoever found out. */
  onLost: OnLost
}
