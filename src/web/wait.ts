import type { Problem } from './form.ts'

/** Seconds up to which a wait is told in seconds. */
const MOST_SECONDS = 90

/** Seconds up to which a wait is told in minutes. */
const MOST_IN_MINUTES = 120 * 60

const WORDS = {
  page: { seconds: 'error.retry.seconds', minutes: 'error.retry.minutes', hours: 'error.retry.hours' },
  form: { seconds: 'errors.wait.seconds', minutes: 'errors.wait.minutes', hours: 'errors.wait.hours' },
  early: { seconds: 'errors.early.seconds', minutes: 'errors.early.minutes', hours: 'errors.early.hours' },
}

/** The words for "not now, but in a while", on an error page, in a form, or for who asked again early: in the largest unit that is not too rough. */
export function waitFor(seconds: number, place: keyof typeof WORDS): Problem {
  if (seconds <= MOST_SECONDS) return { key: WORDS[place].seconds, params: { count: seconds } }
  if (seconds <= MOST_IN_MINUTES)
    return { key: WORDS[place].minutes, params: { count: Math.ceil(seconds / 60) } }
  return { key: WORDS[place].hours, params: { count: Math.ceil(seconds / 3600) } }
}
