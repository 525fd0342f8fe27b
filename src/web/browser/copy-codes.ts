/// <reference lib="dom" />
/**
 * Adds a button that copies the recovery codes, one in a line. The page works without it, and browsers let nobody copy
 * on a page that came over plain http. Every word it says is printed by the template in a data attribute.
 */
function addCopyButton(place: HTMLElement): void {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet'
  button.textContent = place.dataset['copy'] ?? ''
  const verdict = document.createElement('span')
  verdict.setAttribute('role', 'status')
  const say = (words: string | undefined) => (verdict.textContent = words ?? '')
  button.addEventListener('click', () => {
    const codes = Array.from(document.querySelectorAll('.codes code'), (code) => code.textContent)
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => say(place.dataset['copied']),
      () => say(place.dataset['notCopied']),
    )
  })
  place.append(button, verdict)
}

const place = document.querySelector<HTMLElement>('[data-copy]')
if (place && window.isSecureContext) addCopyButton(place)
