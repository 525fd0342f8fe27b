import type { SealedColumn } from '../database/reseal.ts'

/** What people typed to begin a recovery. An expired link is answered out of it for as long as its request is kept. */
export const sealedIdentifiers = {
  what: 'identifiers of recoveries',
  table: 'recovery_attempts',
  column: 'identifier_sealed',
  id: 'id',
  context: (attemptId) => `recovery_attempts.${attemptId}.identifier`,
} as const satisfies SealedColumn

/** Authenticators that are being set up. */
export const sealedPending = {
  what: 'authenticators being set up',
  table: 'recovery_attempts',
  column: 'pending_sealed',
  id: 'id',
  context: (attemptId) => `recovery_attempts.${attemptId}.pending`,
} as const satisfies SealedColumn

/** What people wrote to those who decide. */
export const sealedNotes = {
  what: 'notes of requests',
  table: 'recovery_requests',
  column: 'note_sealed',
  id: 'id',
  context: (requestId) => `recovery_requests.${requestId}.note`,
} as const satisfies SealedColumn
