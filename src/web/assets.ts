import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, type BrotliOptions, type ZlibOptions } from 'node:zlib'
import type { Middleware } from 'koa'
import { projectRoot } from '../platform/root.ts'

interface Asset {
  type: string
  plain: Buffer
  /** Compressed once at the first request; pages are never compressed, because they hold tokens (BREACH). */
  compressed: Partial<Record<'br' | 'gzip', Promise<Buffer>>>
}

/** What browsers are served besides pages, under addresses that name the content, so that they may be kept for ever. */
export interface Assets {
  byAddress: Map<string, Asset>
  /** The addresses that templates link to. */
  addresses: Record<
    'styles' | 'icon' | 'checklist' | 'countdown' | 'keepCodes' | 'livePreview' | 'noResend',
    string
  >
}

/** Serves the assets. A year, immutable: a change of content is a change of address. */
export function serveAssets(assets: Assets): Middleware {
  return async (ctx, next) => {
    const asset = assets.byAddress.get(ctx.path)
    if (!asset || !['GET', 'HEAD'].includes(ctx.method)) {
      await next()
      return
    }
    ctx.type = asset.type
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
    ctx.vary('Accept-Encoding')
    const encoding = ctx.acceptsEncodings('br', 'gzip', 'identity')
    if (encoding !== 'br' && encoding !== 'gzip') {
      ctx.body = asset.plain
      return
    }
    ctx.set('Content-Encoding', encoding)
    ctx.body = await (asset.compressed[encoding] ??= compress(encoding, asset.plain))
  }
}

const brotli = promisify<Buffer, BrotliOptions, Buffer>(brotliCompress)
const gzipped = promisify<Buffer, ZlibOptions, Buffer>(gzip)

function compress(encoding: 'br' | 'gzip', content: Buffer): Promise<Buffer> {
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  return encoding === 'br' ? brotli(content, best) : gzipped(content, { level: 9 })
}

/** Reads the assets: styles from templates, scripts as the build left them. Throws when there was no build. */
export function loadAssets(): Assets {
  const styles = loadStyles()
  const icon = readFileSync(join(projectRoot, 'templates', 'assets', 'icon.svg'))
  const scripts = loadScripts()
  const stylesAddress = `/assets/${fingerprint([styles])}/latchkey.css`
  const iconAddress = `/assets/${fingerprint([icon])}/icon.svg`
  // The browser resolves the modules' imports of each other below one folder, as the compiler laid them.
  const scriptsFolder = `/assets/${fingerprint([...scripts.values()])}`
  const byAddress = new Map<string, Asset>([
    [stylesAddress, { type: 'text/css', plain: styles, compressed: {} }],
    [iconAddress, { type: 'image/svg+xml', plain: icon, compressed: {} }],
    ...[...scripts].map(([path, plain]): [string, Asset] => [
      `${scriptsFolder}/${path}`,
      { type: 'text/javascript', plain, compressed: {} },
    ]),
  ])
  return {
    byAddress,
    addresses: {
      styles: stylesAddress,
      icon: iconAddress,
      checklist: `${scriptsFolder}/web/browser/checklist.js`,
      countdown: `${scriptsFolder}/web/browser/countdown.js`,
      keepCodes: `${scriptsFolder}/web/browser/keep-codes.js`,
      livePreview: `${scriptsFolder}/web/browser/live-preview.js`,
      noResend: `${scriptsFolder}/web/browser/no-resend.js`,
    },
  }
}

function loadStyles(): Buffer {
  const own = join(projectRoot, 'templates', 'assets', 'styles')
  const pico = createRequire(import.meta.url).resolve('@picocss/pico/css/pico.classless.min.css')
  const files = [
    pico,
    ...readdirSync(own)
      .toSorted()
      .map((file) => join(own, file)),
  ]
  return Buffer.from(files.map((file) => readFileSync(file, 'utf8')).join('\n'))
}

/** The browser's modules as the build left them; one of them is the very file by which the server judges passwords. */
function loadScripts(): Map<string, Buffer> {
  const built = join(projectRoot, 'dist', 'src')
  const paths = [
    'web/browser/checklist.js',
    'web/browser/countdown.js',
    'web/browser/keep-codes.js',
    'web/browser/live-preview.js',
    'web/browser/no-resend.js',
    'credentials/password-rules.js',
  ]
  return new Map(paths.map((path) => [path, readFileSync(join(built, path))]))
}

function fingerprint(contents: Buffer[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('base64url').slice(0, 12)
}
