import { z } from 'zod'

/** What is wrong with a field: the key of its words, with their values. */
export interface Problem {
  key: string
  params?: Record<string, string | number>
}

/** Problems by field name; `form` for what belongs to no field. */
export type FormErrors = Record<string, Problem[]>

/** The fields of a page's form and what each must be. */
export type Fields = Record<string, z.ZodType<string>>
export type ValuesOf<Form extends Fields> = { [Name in keyof Form]: string }

/** A form as it was read: the values, or what is wrong with some of them; what was typed comes back either way. */
export type ReadForm<Form extends Fields> =
  | { ok: true; values: ValuesOf<Form> }
  | { ok: false; values: Partial<ValuesOf<Form>>; errors: FormErrors; typed: Record<string, string> }

/** Longer than any name or address is; secrets are measured by their own rules. */
const LONGEST_TEXT = 254
const LONGEST_NOTE = 500

/**
 * One plain text: no array, object or repeated field (CWE-915, ASVS 15.3.5), no control character, no broken Unicode.
 * None of those comes from a person's keyboard, and some of them PostgreSQL refuses.
 */
const plainText = z
  .string({ error: 'errors.form.unreadable' })
  .refine((text) => text.isWellFormed() && !/[\p{Cc}\ufffd]/u.test(text), 'errors.form.unreadable')

/** A text that must be there; spaces around it do not count. */
export function requiredText(
  words: { missing: string; tooLong: string },
  longest = LONGEST_TEXT,
): z.ZodType<string> {
  const trimmed = z.string().trim().min(1, words.missing).max(longest, words.tooLong)
  return z.preprocess((value) => value ?? '', plainText.pipe(trimmed))
}

/** Like `plainText`; line breaks are a person's too. */
const plainLines = z
  .string({ error: 'errors.form.unreadable' })
  .refine((text) => text.isWellFormed() && !/[^\P{Cc}\r\n\t]|\ufffd/u.test(text), 'errors.form.unreadable')

/** A longer text that may be left out. */
export function optionalText(words: { tooLong: string }, longest = LONGEST_NOTE): z.ZodType<string> {
  const lines = z.string().trim().max(longest, words.tooLong)
  return z.preprocess((value) => value ?? '', plainLines.pipe(lines))
}

/** A longer text that must be there. */
export function requiredLines(words: { missing: string; tooLong: string }): z.ZodType<string> {
  const lines = z.string().trim().min(1, words.missing).max(LONGEST_NOTE, words.tooLong)
  return z.preprocess((value) => value ?? '', plainLines.pipe(lines))
}

/** A short text that may be left out; a box that can be ticked sends one too. */
export function optionalLine(words: { tooLong: string }, longest = LONGEST_TEXT): z.ZodType<string> {
  const line = z.string().trim().max(longest, words.tooLong)
  return z.preprocess((value) => value ?? '', plainText.pipe(line))
}

/** A text that the page itself put into the form; empty when it is missing. */
export const hiddenText: z.ZodType<string> = z.preprocess(
  (value) => value ?? '',
  plainText.pipe(z.string().max(LONGEST_TEXT)),
)

/** A one-time code: without the spaces that people and phones put into it, and never printed back. */
export const typedCode: z.ZodType<string> = z
  .preprocess((value) => value ?? '', plainText.pipe(z.string().max(LONGEST_TEXT, 'errors.code.malformed')))
  .transform((text) => text.replace(/\s/g, ''))
  .meta({ secret: true })

/** Which of a page's buttons or options was chosen: one of those that it offers. */
export function choice(offered: readonly string[], missing = 'errors.form.unreadable'): z.ZodType<string> {
  return z.preprocess(
    (value) => value ?? '',
    plainText.refine((text) => offered.includes(text), missing),
  )
}

/** A whole number between two; every other text is `wrong`. */
export function wholeNumber(least: number, most: number, wrong: string): z.ZodType<string> {
  const inRange = (text: string) => /^[0-9]{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
  const digits = z
    .string()
    .transform((text) => text.normalize('NFKC').trim())
    .refine(inRange, wrong)
  return z.preprocess((value) => value ?? '', plainText.pipe(digits))
}

/** A secret: taken exactly as it was typed, spaces too. */
export function requiredSecret(words: { missing: string }): z.ZodType<string> {
  const secret = plainText.pipe(z.string().min(1, words.missing))
  return z.preprocess((value) => value ?? '', secret).meta({ secret: true })
}

/** A secret that is not asked of everybody. */
export const optionalSecret: z.ZodType<string> = z
  .preprocess((value) => value ?? '', plainText)
  .meta({ secret: true })

/** What may be printed back into a refused form: secrets are typed again, never sent back (ASVS 14.3.3). */
export function withoutSecrets(fields: Fields, typed: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(typed).filter(([name]) => !fields[name]?.meta()?.['secret']))
}

/** Reads the fields of a form out of a body, every fault at once. Fields that nobody asked for are not looked at. */
export function readForm<Form extends Fields>(fields: Form, body: unknown): ReadForm<Form> {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const results = Object.entries(fields).map(([name, field]) => ({
    name,
    result: field.safeParse(sent[name]),
  }))
  const errors: FormErrors = {}
  const values: Record<string, string> = {}
  const typed: Record<string, string> = {}
  for (const { name, result } of results) {
    if (result.success) {
      values[name] = result.data
      continue
    }
    errors[name] = result.error.issues.slice(0, 1).map((issue) => ({ key: issue.message }))
    const text = plainText.safeParse(sent[name])
    if (text.success && text.data.trim() !== '') typed[name] = text.data
  }
  if (Object.keys(errors).length === 0) return { ok: true, values: values as ValuesOf<Form> }
  return { ok: false, values: values as Partial<ValuesOf<Form>>, errors, typed: { ...values, ...typed } }
}
