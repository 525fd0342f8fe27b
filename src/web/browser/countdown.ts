/// <reference lib="dom" />
/**
 * Counts the seconds down until something may be asked for again. The page says the same without it, as it was when it was
 * opened, and the server is the one that decides: so the button beside it can be pressed all the while, and its answer to who
 * is early says why. Who cannot see hears the line with the button, where a disabled one would be passed over in silence.
 */
const SECOND_MS = 1000

for (const line of document.querySelectorAll<HTMLElement>('[data-countdown]')) {
  const words = line.textContent
  const began = Number(line.dataset['countdown'])
  const opened = performance.now()
  const timer = setInterval(() => {
    const left = began - Math.floor((performance.now() - opened) / SECOND_MS)
    if (left > 0) {
      line.textContent = words.replace(String(began), String(left))
      return
    }
    clearInterval(timer)
    line.remove()
  }, SECOND_MS)
}
