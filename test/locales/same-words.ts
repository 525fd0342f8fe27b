/** What another language may say as English does: the product's name, what is typed into a terminal, words that it took over. */
export const SAME_WORDS: readonly string[] = [
  'Latchkey',
  'Administrator',
  'Demo',
  'Email',
  '{label}, {value}',
  '{before}, {next}',
  '{count, number}',
  '{name}, {when}',
]
