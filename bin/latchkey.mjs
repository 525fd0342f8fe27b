#!/usr/bin/env node
import { existsSync } from 'node:fs'

const built = new URL('../dist/src/main.js', import.meta.url)
if (existsSync(built)) {
  await import(built.href)
} else {
  console.error('Latchkey is not built yet. Run `npm start` once, or `npm ci && npm run build`.')
  process.exitCode = 1
}
