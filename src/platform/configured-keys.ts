import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SecretKey } from './secrets.ts'

/** The configuration cannot be used; the message names every fault and the variable that mends it. */
export class BadConfiguration extends Error {
  override name = 'BadConfiguration'
}

/** 256 bits, for AES-256-GCM and HMAC. */
const KEY_BYTES = 32

/** Reads `id:base64,id:base64`; adds a fault, never the key, for each that is no 256-bit key under a unique id. */
export function parseKeys(configured: string, faults: string[]): SecretKey[] {
  const keys = configured
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part, index) => {
      const [id = '', encoded = ''] = part.trim().split(':', 2)
      const bytes = Buffer.from(encoded, 'base64')
      if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || bytes.length !== KEY_BYTES) {
        faults.push(`SECRET_KEYS: key ${index + 1} must be id:base64, with ${KEY_BYTES} bytes of key`)
      }
      return { id, bytes }
    })
  if (new Set(keys.map((key) => key.id)).size < keys.length)
    faults.push('SECRET_KEYS: two keys have the same id')
  return keys
}

/**
 * The demo's own key, made once and kept beside its data, readable by this user only. Throws `BadConfiguration` where it
 * cannot be kept, and when the file holds none: a short key would seal with less than it promises.
 */
export function keyOfTheDemo(dataDir: string): SecretKey {
  const file = join(dataDir, 'secret-key')
  let bytes: Buffer
  try {
    if (!existsSync(file)) makeKey(dataDir, file)
    bytes = Buffer.from(readFileSync(file, 'utf8'), 'base64')
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    throw new BadConfiguration(`DATA_DIR: the demo's data cannot be kept in ${dataDir} (${reason})`)
  }
  if (bytes.length !== KEY_BYTES) {
    throw new BadConfiguration(
      `${file} is damaged: it holds no key of ${KEY_BYTES} bytes. Restore it, or remove ${dataDir} to begin anew.`,
    )
  }
  return { id: 'demo', bytes }
}

function makeKey(dataDir: string, file: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, randomBytes(KEY_BYTES).toString('base64'), { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    // Another process of the same demo was faster: its key is the one.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}
