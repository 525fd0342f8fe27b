import { systemRandom } from '../../src/platform/random.ts'
import { createSecrets, type SecretKey } from '../../src/platform/secrets.ts'
import type { Portal } from './portal.ts'

/** The key of every portal, and another. */
export const OLD_KEY: SecretKey = { id: 'test', bytes: Buffer.alloc(32, 7) }
export const NEW_KEY: SecretKey = { id: 'tomorrow', bytes: Buffer.alloc(32, 9) }

/** Does to a portal what restarting it with other SECRET_KEYS does. */
export function restartWith({ app: { parts } }: Portal, ...secretKeys: SecretKey[]): void {
  Object.assign(parts.config, { secretKeys })
  Object.assign(parts.secrets, createSecrets(secretKeys, systemRandom))
}
