import { Writable } from 'node:stream'
import { expect } from 'chai'
import { createLog, type Logger } from '../../src/platform/log.ts'

const SECRET = 'canary-7f3a'

/** What a logger writes while something is logged: the text, and each line parsed. */
function written(level: string, work: (log: Logger) => void) {
  let text = ''
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  work(createLog(level, destination))
  const lines = text.split('\n').filter((line) => line !== '')
  return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('log', () => {
  it('writes a JSON line with level, UTC time and message', () => {
    const { lines } = written('info', (log) => log.info({ organization: 'harbour' }, 'ready'))
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include({ level: 'info', msg: 'ready', organization: 'harbour' })
    expect(lines[0]!['time']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(lines[0]).to.not.have.any.keys('hostname', 'pid')
  })

  it('keeps quiet below its level', () => {
    expect(written('warn', (log) => log.info('ready')).text).to.equal('')
  })

  for (const name of [
    'password',
    'confirmation',
    'token',
    'code',
    'secret',
    'cookie',
    'authorization',
    'csrf',
    'link',
  ]) {
    it(`never writes what is named ${name}, at the top or one level down, debugging or not`, () => {
      const { text, lines } = written('trace', (log) => {
        log.debug({ [name]: SECRET }, 'top')
        log.error({ form: { [name]: SECRET, kept: 'this' } }, 'below')
        log.child({ [name]: SECRET }).info('child')
      })
      expect(lines).to.have.length(3)
      expect(text).to.include('[redacted]').and.include('this').and.not.include(SECRET)
    })
  }

  it('writes of an error its type, code, message, stack and cause, and none of its details', () => {
    const cause = Object.assign(new Error('duplicate key'), {
      name: 'DatabaseError',
      code: '23505',
      detail: `Key (email)=(${SECRET}) already exists.`,
      where: SECRET,
    })
    const error = Object.assign(new Error('could not save', { cause }), {
      code: 'EPIPE',
      command: SECRET,
      response: SECRET,
      config: { auth: { pass: SECRET } },
    })
    const { text, lines } = written('trace', (log) => {
      log.error({ err: error }, 'failed')
      log.error(error)
    })
    expect(text).to.not.include(SECRET)
    for (const line of lines) {
      expect(line['err']).to.have.all.keys('type', 'errorCode', 'message', 'stack', 'cause')
      expect(line['err']).to.deep.include({ type: 'Error', errorCode: 'EPIPE', message: 'could not save' })
      expect(line['err']).to.have.property('cause').that.includes({
        type: 'DatabaseError',
        errorCode: '23505',
        message: 'duplicate key',
      })
    }
  })

  it('writes nothing of what is thrown and is no error', () => {
    const { text } = written('trace', (log) => {
      log.error({ err: SECRET }, 'a text')
      log.error({ err: { response: SECRET } }, 'an object')
    })
    expect(text).to.include('no Error was thrown').and.not.include(SECRET)
  })
})
