/// <reference lib="dom" />
/**
 * Adds buttons that copy the recovery codes, one in a line, and print them. The page works without it, and browsers let
 * nobody copy on a page that came over plain http. Every word it says is printed by the template in a data attribute.
 */
function addButton(place: HTMLElement, words: string | undefined, press: () => void): void {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet'
  button.textContent = words ?? ''
  button.addEventListener('click', press)
  place.append(button)
}

function addCopyButton(place: HTMLElement): void {
  const verdict = document.createElement('span')
  verdict.setAttribute('role', 'status')
  const say = (words: string | undefined) => (verdict.textContent = words ?? '')
  addButton(place, place.dataset['copy'], () => {
    const codes = Array.from(document.querySelectorAll('.codes code'), (code) => code.textContent)
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => say(place.dataset['copied']),
      () => say(place.dataset['notCopied']),
    )
  })
  place.append(verdict)
}

const place = document.querySelector<HTMLElement>('[data-copy]')
if (place) {
  addButton(place, place.dataset['print'], () => {
    window.print()
  })
  if (window.isSecureContext) addCopyButton(place)
}
