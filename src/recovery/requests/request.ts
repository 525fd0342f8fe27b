import { verifiedEmail, type Account } from '../../accounts/account.ts'
import { managers } from '../../accounts/store.ts'
import { record } from '../../audit/audit.ts'
import type { Transaction } from '../../database/transaction.ts'
import { enqueue } from '../../delivery/outbox.ts'
import type { Organization } from '../../organizations/organization.ts'
import { currentSettings } from '../../organizations/store.ts'
import { newId } from '../../platform/random.ts'
import type { RecoveryParts } from '../parts.ts'
import { sealedNotes } from '../sealed-store.ts'
import { mayDecide } from './who-decides.ts'
import { addRequest, endRequest, isOver, lockRequestOf, setNote, type RecoveryRequest } from './store.ts'

/** What a request is opened with, and where from: a network and a device in words. */
interface AskedWith {
  note: string
  address: string
  device: string
  isReport: boolean
}

/** The page on which a request is decided. */
export function addressOfRequest(
  { publicUrl }: Pick<RecoveryParts, 'publicUrl'>,
  { slug }: Organization,
  requestId: string,
): string {
  return `${publicUrl}/${slug}/manage/requests/${requestId}`
}

/** The note of a request, as the person wrote it. */
export function noteOf(parts: RecoveryParts, { id, noteSealed }: RecoveryRequest): string {
  return parts.secrets.open(noteSealed, sealedNotes.context(id))
}

/** Gives a request that this transaction holds the words of its person. */
export async function keepNote(
  parts: RecoveryParts,
  tx: Transaction,
  id: string,
  note: string,
): Promise<void> {
  await setNote(tx, id, parts.secrets.seal(note, sealedNotes.context(id)))
}

/** The request of a locked account that is open or held; one that can come to nothing any more is ended here. */
export async function requestUnderWay(tx: Transaction, person: Account): Promise<RecoveryRequest | null> {
  const waiting = await lockRequestOf(tx, person.id)
  if (!waiting) return null
  if (!isOver(waiting, tx.now) && waiting.securityEpoch === person.securityEpoch) return waiting
  await endRequest(tx, waiting.id, 'expired')
  return null
}

/** Opens a request for a person whose account this transaction holds and who has none under way. Tells nobody yet. */
export async function openRequest(
  parts: RecoveryParts,
  tx: Transaction,
  { id: accountId, securityEpoch }: Account,
  { note, ...asked }: AskedWith,
): Promise<RecoveryRequest> {
  const id = newId(parts.random, tx.now)
  const noteSealed = parts.secrets.seal(note, sealedNotes.context(id))
  const request = await addRequest(tx, { id, accountId, securityEpoch, noteSealed, ...asked })
  await record(tx, parts.random, {
    kind: 'request.filed',
    outcome: 'success',
    origin: { actor: 'system' },
    subjectId: accountId,
    detail: { request: id, isReport: asked.isReport },
  })
  return request
}

/** Writes about a person's request to those who run the organization: to all others of them, or who may decide it. */
export async function tellManagers(
  parts: RecoveryParts,
  tx: Transaction,
  name: 'request-waiting' | 'owner-reset',
  requestId: string,
  person: Account,
): Promise<void> {
  const { settings } = await currentSettings(tx)
  for (const reader of await managers(tx)) {
    const to = verifiedEmail(reader)
    if (!to || reader.id === person.id) continue
    if (name === 'request-waiting' && !mayDecide(reader, person)) continue
    await enqueue(tx, parts.random, {
      name,
      to,
      locale: reader.locale ?? settings.branding.locale,
      data: { accountId: reader.id, requestId },
    })
  }
}
