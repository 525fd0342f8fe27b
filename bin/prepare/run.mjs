import { spawn } from 'node:child_process'

/**
 * Runs a program quietly to its end and returns what it printed.
 * Throws an Error with `advice` and the program's own words when it fails.
 */
export async function run(file, args, { cwd, env = process.env, advice }) {
  const { code, output } = await new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => (output += chunk)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
  if (code !== 0) throw new Error(`${output.trim()}\n\n${advice}`)
  return output
}

/** Runs npm: the one that runs us, or else the one on PATH. */
export async function runNpm(args, options) {
  const calling = process.env.npm_execpath
  const [file, first] = calling?.endsWith('npm-cli.js') ? [process.execPath, [calling]] : ['npm', []]
  return run(file, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], options)
}
