import type { Context } from 'koa'
import { sentMessages, type SentMessage } from '../../delivery/outbox.ts'
import { formatInstant } from '../../i18n/format.ts'
import { allOrganizations } from '../../organizations/store.ts'
import { Refused } from '../errors.ts'
import { localeOf } from '../language.ts'
import { tokenOfNobody } from '../language-switch.ts'
import type { WebParts } from '../parts.ts'
import { renderPage } from '../views.ts'
import { pathPart } from '../visit.ts'

/** As many of each organization as somebody trying the demo looks at. */
const MOST_OF_EACH = 50

/** The demo's mailbox: every message that went out, newest first. */
export async function showOutbox(ctx: Context, parts: WebParts): Promise<void> {
  const locale = localeOf(ctx, parts)
  const messages = (await allMessages(parts)).map(({ html, ...message }) => ({
    ...message,
    hasHtml: html !== null,
    when: formatInstant(new Date(message.createdAt), locale),
  }))
  await renderPage(ctx, parts, 'demo/outbox', { messages }, { visit: null, csrf: tokenOfNobody(ctx, parts) })
}

/** The same for scripts. */
export async function showOutboxAsJson(ctx: Context, parts: WebParts): Promise<void> {
  ctx.body = await allMessages(parts)
}

/**
 * One mail as its reader sees it, for a sandboxed frame. Mails are written with inline styles, so this one answer allows
 * them, and nothing else.
 */
export async function showMessage(ctx: Context, parts: WebParts): Promise<void> {
  const wanted = pathPart(ctx, 'message')
  const message = (await allMessages(parts)).find(({ id }) => id === wanted)
  if (!message?.html) throw new Refused(404)
  ctx.set('Content-Security-Policy', `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'`)
  ctx.remove('X-Frame-Options')
  // A sandboxed frame has no origin that could be kept apart, and Chromium warns about each one that asks.
  ctx.remove('Origin-Agent-Cluster')
  ctx.type = 'text/html'
  ctx.body = message.html
}

async function allMessages(parts: WebParts) {
  const organizations = await allOrganizations(parts.database)
  const slugs = new Map(organizations.map(({ id, slug }) => [id, slug]))
  const sent = await sentMessages(parts.database, [...slugs.keys()], MOST_OF_EACH)
  return sent.map((message) => shown(message, slugs.get(message.organizationId) ?? ''))
}

function shown(message: SentMessage, organization: string) {
  const { id, channel, to, template, subject, text, html } = message
  const [createdAt, sentAt] = [message.createdAt.toISOString(), message.sentAt.toISOString()]
  return { id, organization, channel, to, template, subject, text, html, createdAt, sentAt }
}
