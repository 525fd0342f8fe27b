import type { Problem } from './form.ts'

/** Seconds up to which a wait is told in seconds. */
const MOST_SECONDS = 90

const WORDS = {
  page: { seconds: 'error.retry.seconds', minutes: 'error.retry.minutes' },
  form: { seconds: 'errors.wait.seconds', minutes: 'errors.wait.minutes' },
}

/** The words for "not now, but in a while", on an error page or in a form: in seconds where it is soon, else in minutes. */
export function waitFor(seconds: number, place: keyof typeof WORDS): Problem {
  if (seconds <= MOST_SECONDS) return { key: WORDS[place].seconds, params: { count: seconds } }
  return { key: WORDS[place].minutes, params: { count: Math.ceil(seconds / 60) } }
}
