/// <reference lib="dom" />
/**
 * Shows beside a form that proposes settings what people would see under them, anew with each change of the form. The page
 * works without it: what follows is shown before anything is saved. A change of a text counts when its field is left, so no
 * letter that is typed costs a page.
 */
const live = document.querySelector<HTMLElement>('.live')
const form = live?.closest('form')
const step = live?.querySelector('select')
const frame = live?.querySelector('iframe')

/** What the form proposes: its fields, and not the tokens beside them, which belong in no address. */
function proposalIn(fields: HTMLFormElement): string {
  const proposed = new URLSearchParams()
  for (const field of fields.querySelectorAll<HTMLInputElement>('.fields input')) {
    const isBox = ['checkbox', 'radio'].includes(field.type)
    if (!isBox || field.checked) proposed.append(field.name, field.value)
  }
  return proposed.toString()
}

if (live && form && step && frame) {
  const show = () => {
    // Replaced, so that Back leads to the page before this one and not to the picture before this one.
    frame.contentWindow?.location.replace(
      `${live.dataset['previews'] ?? ''}/${step.value}?${proposalIn(form)}`,
    )
  }
  live.hidden = false
  form.addEventListener('change', show)
  // By now a browser that came back to the page has filled in again what stood there.
  window.addEventListener('pageshow', show)
}
