import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { parse, type HTMLElement } from 'node-html-parser'

/** A page as a person has it before them. */
export class Page {
  readonly address: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  #root: HTMLElement | undefined

  constructor(address: string, status: number, headers: IncomingHttpHeaders, body: string) {
    this.address = address
    this.status = status
    this.headers = headers
    this.body = body
  }

  /** Parsed when somebody looks: of many answers only the status counts. */
  get root(): HTMLElement {
    return (this.#root ??= parse(this.body))
  }

  get heading(): string {
    return readable(this.root.querySelector('h1'))
  }

  /** The page's main text, with white space folded. */
  get text(): string {
    return readable(this.root.querySelector('main') ?? this.root)
  }

  /** The words of every problem that is shown at a field. */
  problemsAt(field: string): string[] {
    return this.root.querySelectorAll(`#${field}-error p`).map(readable)
  }

  get location(): string | undefined {
    return this.headers.location
  }
}

type Fields = Record<string, string> | [string, string][]
type Files = Record<string, Blob>

/**
 * Somebody with a browser: keeps cookies, follows redirects and presses buttons by the words on them. A script would do
 * no more than this person, who has none switched on.
 */
export class Visitor {
  readonly #origin: string
  readonly #address: string
  readonly #cookies = new Map<string, string>()
  readonly #agent = new Agent({ keepAlive: true })
  headers: Record<string, string> = {
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  }
  #page: Page | undefined

  constructor(origin: string, address: string) {
    this.#origin = origin
    this.#address = address
  }

  /** The page that is open. */
  get page(): Page {
    if (!this.#page) throw new Error('no page is open')
    return this.#page
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  /** Puts a cookie into the browser, as an attacker or another test does. */
  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  /** Opens an address (a path, or a whole link of ours) and follows redirects. */
  async open(address: string): Promise<Page> {
    return this.#follow(await this.send('GET', address))
  }

  /** Fills in the form that has a button with these words, presses it and follows redirects. */
  async press(button: string, fields: Fields = {}, files: Files = {}): Promise<Page> {
    return this.#follow(await this.submit(button, fields, files))
  }

  /** Like `press`, and stops at the first answer. */
  async submit(button: string, fields: Fields = {}, files: Files = {}): Promise<Page> {
    const { page } = this
    const pressed = page.root.querySelectorAll('button').find((one) => readable(one) === button)
    const form = pressed?.closest('form')
    if (!form) throw new Error(`no button "${button}" at ${page.address}: ${page.text}`)
    const sent = new Map(
      form
        .querySelectorAll('input[name]:not([type=file]), select[name], textarea[name]')
        .filter(
          (input) =>
            !['radio', 'checkbox'].includes(input.getAttribute('type') ?? '') ||
            input.hasAttribute('checked'),
        )
        .map((input) => [input.getAttribute('name') ?? '', valueIn(input)]),
    )
    const name = pressed?.getAttribute('name')
    if (name) sent.set(name, pressed?.getAttribute('value') ?? '')
    for (const [field, value] of entriesOf(fields)) sent.set(field, value)
    const action = form.getAttribute('action') ?? page.address
    if (form.getAttribute('enctype') !== 'multipart/form-data') return this.send('POST', action, [...sent])
    const filled = new FormData()
    for (const [field, value] of sent) filled.append(field, value)
    for (const [field, file] of Object.entries(files)) filled.append(field, file, 'chosen')
    return this.send('POST', action, filled)
  }

  /** The form token of the page that is open. */
  get csrf(): string {
    return this.page.root.querySelector('input[name=csrf]')?.getAttribute('value') ?? ''
  }

  /** Sends one request exactly as said, with this browser's cookies, and follows nothing. */
  async send(
    method: string,
    address: string,
    body?: Fields | FormData | string,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const target = this.resolve(address)
    const { content, type } = await encoded(body)
    const page = await new Promise<Page>((resolve, reject) => {
      const outgoing = request(
        target,
        {
          method,
          agent: this.#agent,
          // Node resolves localhost to ::1 where it can; the portal of a test listens on 127.0.0.1.
          lookup: (_host, options, found) =>
            options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
          headers: {
            'X-Forwarded-For': this.#address,
            ...(this.#cookies.size > 0
              ? { Cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') }
              : {}),
            ...(content === undefined
              ? {}
              : {
                  'Content-Type': type,
                  'Content-Length': String(Buffer.byteLength(content)),
                }),
            ...this.headers,
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            this.#keepCookies(response.headers['set-cookie'] ?? [])
            const { pathname, search } = target
            resolve(
              new Page(
                pathname + search,
                response.statusCode ?? 0,
                response.headers,
                Buffer.concat(chunks).toString(),
              ),
            )
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(content)
    })
    return page
  }

  /** A whole address for one that hangs on the page that is open. */
  protected resolve(address: string): URL {
    return new URL(address, this.#page ? new URL(this.#page.address, this.#origin) : this.#origin)
  }

  async #follow(answer: Page): Promise<Page> {
    let page = answer
    for (let hops = 0; page.location !== undefined && hops < 5; hops += 1) {
      page = await this.send('GET', page.location)
    }
    this.#page = page
    return page
  }

  #keepCookies(lines: string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}

/** A body as it goes over the wire, with the type that browsers give it. */
async function encoded(
  body?: Fields | FormData | string,
): Promise<{ content: Buffer | string | undefined; type: string }> {
  if (body instanceof FormData) {
    const answer = new Response(body)
    return {
      content: Buffer.from(await answer.arrayBuffer()),
      type: answer.headers.get('Content-Type') ?? '',
    }
  }
  const type = 'application/x-www-form-urlencoded'
  if (typeof body === 'string' || body === undefined) return { content: body, type }
  return { content: new URLSearchParams(entriesOf(body)).toString(), type }
}

/** What a field of a form holds before anybody changes it. */
function valueIn(field: HTMLElement): string {
  if (field.tagName === 'TEXTAREA') return field.textContent
  if (field.tagName !== 'SELECT') return field.getAttribute('value') ?? ''
  const chosen = field.querySelector('option[selected]') ?? field.querySelector('option')
  return chosen?.getAttribute('value') ?? ''
}

function entriesOf(fields: Fields): [string, string][] {
  return Array.isArray(fields) ? fields : Object.entries(fields)
}

function readable(element: HTMLElement | null | undefined): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim()
}
