/** The first letter of a name, large, as a person sees it: an accent, or what an emoji is made of, is a part of it (UAX #29). */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name)
  return first?.segment.toUpperCase() ?? ''
}
