/// <reference lib="dom" />
/**
 * Helps while a password is typed: ticks the rules with the server's own judgement, shows or hides the password, and says
 * whether both are the same. Pages work without it. Every word it says is printed by the template in a data attribute.
 */
import { unmetRules, type PasswordRule } from '../../credentials/password-rules.ts'

function addShowButton(frame: HTMLElement, password: HTMLInputElement): void {
  const button = document.createElement('button')
  button.type = 'button'
  const words = document.createElement('span')
  const which = document.createElement('span')
  which.className = 'visually-hidden'
  which.textContent = password.labels?.[0]?.textContent ?? ''
  button.append(words, ' ', which)
  const show = (shown: boolean) => {
    password.type = shown ? 'text' : 'password'
    words.textContent = (shown ? frame.dataset['hide'] : frame.dataset['show']) ?? ''
  }
  button.addEventListener('click', () => show(password.type === 'password'))
  // Browsers neither save nor suggest to save what they take for plain text.
  password.form?.addEventListener('submit', () => show(false))
  show(false)
  frame.append(button)
}

function tickRules(list: HTMLElement, password: HTMLInputElement): void {
  const items = Array.from(list.querySelectorAll<HTMLElement>('[data-rule]'))
  const ruleOf = (item: HTMLElement) => item.dataset['rule'] as PasswordRule
  const asked = new Set(items.map(ruleOf))
  const rules = {
    minimumLength: Number(list.querySelector<HTMLElement>('[data-count]')?.dataset['count']),
    upper: asked.has('upper'),
    lower: asked.has('lower'),
    digit: asked.has('digit'),
    symbol: asked.has('symbol'),
  }
  const progress = list.nextElementSibling
  const tick = () => {
    const unmet = unmetRules(rules, password.value)
    for (const item of items) {
      const met = !unmet.includes(ruleOf(item))
      item.dataset['state'] = met ? 'met' : 'open'
      const verdict = item.querySelector('.verdict')
      if (verdict) verdict.textContent = (met && item.dataset['met']) || ''
    }
    const words = progress?.getAttribute(`data-met-${items.length - unmet.length}`) ?? ''
    // Written only when it differs: a screen reader repeats a status at each write.
    if (progress && progress.textContent !== words) progress.textContent = words
  }
  password.addEventListener('input', tick)
  // Who is quicker than this script, or came back to the page, has typed already.
  if (password.value !== '') tick()
}

function compare(hint: HTMLElement, password: HTMLInputElement, confirmation: HTMLInputElement): void {
  const say = (words: string | undefined) => (hint.textContent = words ?? '')
  const same = () => confirmation.value !== '' && confirmation.value === password.value
  for (const input of [password, confirmation])
    input.addEventListener('input', () => say(same() ? hint.dataset['same'] : ''))
  confirmation.addEventListener('change', () => {
    if (confirmation.value !== '' && !same()) say(hint.dataset['different'])
  })
}

for (const frame of document.querySelectorAll<HTMLElement>('.secret')) {
  const input = frame.querySelector('input')
  if (input) addShowButton(frame, input)
}
const password = document.querySelector<HTMLInputElement>('#password')
const confirmation = document.querySelector<HTMLInputElement>('#confirmation')
const list = document.querySelector<HTMLElement>('.rules')
const hint = document.querySelector<HTMLElement>('.match')
if (password && list) tickRules(list, password)
if (password && confirmation && hint) compare(hint, password, confirmation)
