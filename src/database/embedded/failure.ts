const CAUSES: readonly [RegExp, string][] = [
  [/ENOSPC|EDQUOT|No space left|Disk quota exceeded/, 'The disk is full: free some space, then start again.'],
  [/EROFS|Read-only file system/, 'Its folder is read-only: set DATA_DIR to a folder that can be written.'],
  [/EACCES|EPERM|Permission denied/, 'Its folder may not be written: set DATA_DIR to a folder of yours.'],
  [
    /ENOENT|GLIBC|loading shared libraries/,
    'Its programs do not run on this system (they need glibc, so not Alpine): set DATABASE_URL to a PostgreSQL of your own.',
  ],
]

/**
 * Throws an Error that says why the private PostgreSQL could not be made or started and what to do about it.
 * `reason` is an error, or the last words of the program that failed.
 */
export function explainFailure(reason: unknown): never {
  const words = reason instanceof Error ? reason.message : String(reason)
  const advice = CAUSES.find(([sign]) => sign.test(words))?.[1] ?? 'Set DATABASE_URL to use one of your own.'
  const lastWords = words.trim().split('\n').slice(-5).join('\n')
  throw new Error(`The private PostgreSQL could not be started. ${advice}\n${lastWords}`, { cause: reason })
}

/** For a rename or a link that another process may have made in the same instant: then all is well, else throws. */
export function unlessTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error
}
