import type { LetterData } from './letter.ts'
import type { MessageName } from './message.ts'
import type { Renderer } from './render.ts'
import type { EmailSender, SmsSender } from './senders/sender.ts'

/** Writes what leaves, and lets it leave by either way. */
export interface HandOverParts {
  renderer: Renderer
  sender: EmailSender
  smsSender: SmsSender
}

/** A message that is ready to be written and sent. */
export interface Outgoing {
  organizationId: string
  messageId: string
  tryNumber: number
  name: MessageName
  to: string
  locale: string
  data: LetterData[MessageName]
}

/**
 * Writes a message and hands it to the sender of its channel. Returns the id under which its provider will report on it,
 * where there is one. Throws `SendFault` when it could not be handed over, and an Error when it could not be written.
 */
export async function handOver(
  parts: HandOverParts,
  { name, locale, data, ...envelope }: Outgoing,
): Promise<string | null> {
  const words = parts.renderer.render(name, locale, data)
  if (!('html' in words)) return parts.smsSender.send({ ...envelope, ...words })
  await parts.sender.send({ ...envelope, ...words })
  return null
}
