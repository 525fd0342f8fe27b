import type { Page } from './visitor.ts'

/** What differs in every answer and says nothing. */
const PASSING = ['date', 'x-request-id', 'set-cookie', 'content-length']

/**
 * Everything that somebody at the other end can tell of an answer, with what differs each time struck out, and the name
 * that they typed themselves.
 */
export function fingerprint(page: Page): object {
  return {
    status: page.status,
    headers: Object.entries(page.headers).filter(([name]) => !PASSING.includes(name)),
    cookies: (page.headers['set-cookie'] ?? []).map((line) =>
      line.replace(/=[A-Za-z0-9_-]{43};/, '=*;').replace(/expires=[^;]+/, 'expires=*'),
    ),
    body: page.body
      .replaceAll(/<input id="identifier"[^>]*>/g, '<input id="identifier">')
      .replaceAll(/name="csrf" value="[^"]+"/g, 'name="csrf" value="*"')
      .replaceAll(String(page.headers['x-request-id']), '*'),
  }
}
