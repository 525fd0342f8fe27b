import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger }

/** Names under which a secret could reach a log line by mistake, at the top and one level down. */
const SECRET_NAMES = [
  'password',
  'confirmation',
  'token',
  'code',
  'secret',
  'cookie',
  'authorization',
  'csrf',
  'link',
]

/**
 * A logger of JSON lines. Errors are written as type, code (`errorCode`), message and stack only: PostgreSQL's and SMTP's error
 * objects also carry rows, addresses and credentials, which belong in no log (ASVS 16.2.5).
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  }
  return destination ? pino(options, destination) : pino(options)
}

interface DescribedError {
  type: string
  /** Not `code`, which would be hidden like one that somebody types. */
  errorCode?: unknown
  message: string
  stack: string | undefined
  cause?: DescribedError
}

function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something that is no Error was thrown', stack: undefined }
  return {
    type: error.name,
    ...('code' in error ? { errorCode: error.code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  }
}
