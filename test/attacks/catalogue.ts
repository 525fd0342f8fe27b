/**
 * Every attack and fault that the product must hold against, by the family of its id. Those that nothing can be tried on
 * yet wait for what they attack; all others are the names of tests.
 */
export const catalogue: Record<string, string> = {
  EN: '01 02 03 04 05 06 08 09 11',
  TK: '01 02 03 04 05 06 07 08 09 10 11 12 13 15 16 18 20 21 22 24 25 26 27 29 30',
  OT: '01 02 04 05 07 08 10 11 12 13 14 15 16 18',
  TO: '01 02 03 04 05 06 07 08 10 11 12 13 14 18 20',
  SE: '01 02 04 05 06 07 08 09 10 11 13',
  CS: '01 02 03 05 06 08 09 10 11',
  TI: '01 03 04 06 07 08 09 10 11 13 14 17 18',
  IN: '01 02 03 04 06 08 09 10 12 13 15',
  DF: '01 03 04 05 06 07 08 09 10 11 14',
  PF: '01 02 03 05 06 07 08 10 12 13',
  LD: '01 02 04 05 07',
  SF: '01 02 03 04 05 06 07 08 09',
  AL: '01 02 03 05 06 07 08 09 11',
}

/** What is not built yet, and the ids that wait for it. Whoever builds it takes them out and writes the tests. */
export const waiting: Record<string, string> = {}
