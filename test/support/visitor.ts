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
  async press(button: string, fields: Fields = {}): Promise<Page> {
    return this.#follow(await this.submit(button, fields))
  }

  /** Like `press`, and stops at the first answer. */
  async submit(button: string, fields: Fields = {}): Promise<Page> {
    const { page } = this
    const pressed = page.root.querySelectorAll('button').find((one) => readable(one) === button)
    const form = pressed?.closest('form')
    if (!form) throw new Error(`no button "${button}" at ${page.address}: ${page.text}`)
    const sent = new Map(
      form
        .querySelectorAll('input[name]')
        .filter(
          (input) =>
            !['radio', 'checkbox'].includes(input.getAttribute('type') ?? '') ||
            input.hasAttribute('checked'),
        )
        .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
    )
    const name = pressed?.getAttribute('name')
    if (name) sent.set(name, pressed?.getAttribute('value') ?? '')
    for (const [field, value] of entriesOf(fields)) sent.set(field, value)
    return this.send('POST', form.getAttribute('action') ?? page.address, [...sent])
  }

  /** The form token of the page that is open. */
  get csrf(): string {
    return this.page.root.querySelector('input[name=csrf]')?.getAttribute('value') ?? ''
  }

  /** Sends one request exactly as said, with this browser's cookies, and follows nothing. */
  async send(
    method: string,
    address: string,
    body?: Fields | string,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const target = new URL(address, this.#page ? new URL(this.#page.address, this.#origin) : this.#origin)
    const content =
      typeof body === 'string' || body === undefined ? body : new URLSearchParams(entriesOf(body)).toString()
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
                  'Content-Type': 'application/x-www-form-urlencoded',
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

function entriesOf(fields: Fields): [string, string][] {
  return Array.isArray(fields) ? fields : Object.entries(fields)
}

function readable(element: HTMLElement | null | undefined): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim()
}
