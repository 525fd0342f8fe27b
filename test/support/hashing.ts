import { createHook } from 'node:async_hooks'

/** What native code hashes while something runs, in alphabetical order. */
export async function hashingOf(work: () => Promise<unknown>): Promise<string[]> {
  const entered: string[] = []
  const hook = createHook({
    init(_id, type) {
      if (/PBKDF2|SCRYPT|argon2:/.test(type)) entered.push(type)
    },
  }).enable()
  await work()
  hook.disable()
  return entered.toSorted()
}
