import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../src/platform/root.ts'

/** An older release, built in a folder of its own. */
export interface Older {
  commit: string
  folder: string
  remove(): void
}

/**
 * Builds the release of a commit, if none is said of the last one before the newest migration. Throws an Error when it needs
 * a package that today's release does not have in that version: it runs with today's.
 */
export function buildOlder(commit = beforeNewestMigration()): Older {
  const scratch = mkdtempSync(join(tmpdir(), 'latchkey-older-'))
  const folder = join(scratch, 'release')
  git('worktree', 'add', '--quiet', '--detach', folder, commit)
  const remove = () => {
    git('worktree', 'remove', '--force', folder)
    rmSync(scratch, { recursive: true, force: true })
  }
  try {
    const [then, now] = [packagesOf(folder), packagesOf(projectRoot)]
    const others = Object.keys(then).filter((name) => then[name] !== now[name])
    if (others.length > 0)
      throw new Error(`${commit} runs with another ${others.join(', ')} than today's release`)
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
    const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json', '--outDir', 'dist'], {
      cwd: folder,
    })
  } catch (error) {
    remove()
    throw error
  }
  return { commit, folder, remove }
}

function beforeNewestMigration(): string {
  const newest = git('log', '-1', '--format=%H', '--diff-filter=A', '--', 'migrations')
  return git('rev-parse', '--short', `${newest}^1`)
}

function packagesOf(folder: string): Record<string, string> {
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies
}

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: projectRoot, encoding: 'utf8' }).trim()
}
