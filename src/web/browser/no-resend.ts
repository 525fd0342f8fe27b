/// <reference lib="dom" />
/**
 * A page that answers a form stands in the history as that form: who comes back to it, or loads it again, is asked by the
 * browser whether to send it once more, and that would be one more try at a password or a code. From here on it stands there
 * as the page that it is. Without scripts the browser asks, and nothing is sent unasked.
 */
history.replaceState(null, '', location.href)
