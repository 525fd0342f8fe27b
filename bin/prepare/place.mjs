import { fileURLToPath } from 'node:url'

/** The checkout's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What may be thrown away at any time; outside node_modules, which `npm ci` wipes. */
export const cache = fileURLToPath(new URL('../../.cache', import.meta.url))
