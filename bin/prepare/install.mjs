import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './place.mjs'
import { runNpm } from './run.mjs'

/**
 * Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed, which it writes
 * last. Packages are compared, not dates: a checkout gives files new dates.
 */
export async function isInstalled() {
  const [wanted, present] = await Promise.all([
    packagesIn(join(root, 'package-lock.json')),
    packagesIn(join(root, 'node_modules/.package-lock.json')),
  ])
  if (!wanted || !present) return false
  const complete = Object.entries(wanted).every(
    ([path, { optional, devOptional, ...entry }]) =>
      path === '' || optional || devOptional || isSame(entry, present[path]),
  )
  return complete && Object.entries(present).every(([path, entry]) => isSame(entry, wanted[path]))
}

export async function install() {
  await runNpm(['ci', '--include=dev', '--include=optional'], {
    cwd: root,
    advice:
      'The packages could not be installed. Check the network and the free disk space, then run this again.',
  })
}

async function packagesIn(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function isSame(one, other) {
  return other !== undefined && one.version === other.version && one.integrity === other.integrity
}
