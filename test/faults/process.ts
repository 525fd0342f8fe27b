import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { projectRoot } from '../../src/platform/root.ts'

/** The built program as a process of its own. */
export interface Running {
  url: string
  output(): string
  /** Sends a signal and resolves when the process is gone: its exit code, or null when the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Only sends the signal. */
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<number | null>
}

/** Starts `latchkey demo` on a data folder and resolves when it serves; fails with its words when it ends instead. */
export async function startDemo(dataDir: string, environment: Record<string, string> = {}): Promise<Running> {
  const port = await freePort()
  const child = spawn(process.execPath, [join(projectRoot, 'bin', 'latchkey.mjs'), 'demo'], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ctrl-C stops everything')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void ended.then(() => reject(new Error(`the demo ended: ${output}`)))
  })
  return {
    url: `http://localhost:${port}`,
    output: () => output,
    end(signal) {
      child.kill(signal)
      return ended
    },
    signal: (signal) => void child.kill(signal),
    ended,
  }
}

/** A port that nobody listens on, as far as can be known. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
