import type { z } from 'zod'
import { maxMistakes, toMistakes } from '../../formats/mistakes/field-issues.ts'
import { invalidInput } from '../../formats/mistakes/invalid-input.ts'
import { toPathText } from '../../formats/mistakes/path.ts'
import { schemaKeys } from '../../formats/mistakes/schema-keys.ts'

/**
 * Gives the input as its schema parses it. Throws with every mistake, each with its path and what was expected and
 * got.
 */
export function checkInput<S extends z.ZodType>(schema: S, input: unknown, where: string): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const { mistakes, total } = toMistakes(result.error.issues, input, schemaKeys(schema))
  const issues = mistakes.map(({ path, message }) => ({ path: toPathText(path), message }))
  throw invalidInput('bad-request', `invalid ${where}`, issues, maxMistakes, total)
}
