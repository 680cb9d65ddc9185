import { z } from 'zod'
import { AppError } from '../../errors.ts'

const share = z.number().min(0).max(1)
const shareWithin = z.object({ share, low: share, high: share })
const text = z.string().max(253)

/** What `canary-judge aa --json` writes, as far as the service shows it. */
const aaResultSchema = z.object({
  namespace: text,
  name: text,
  policy: text,
  /** Absent in results of older releases. */
  digest: text.optional(),
  /** RFC 3339. */
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  /** How many were played of each release. */
  rollouts: z.int().min(1),
  healthy: z.object({ aborted: shareWithin, promoted: shareWithin, asked: shareWithin }),
  releases: z
    .array(
      z.object({
        release: text,
        shownBy: text.optional(),
        promoted: share,
        minutesToStop: z.number().min(0).optional(),
      }),
    )
    .max(50)
    .readonly(),
})

/** How often a policy was wrong on the past of a service. */
export type AaResult = z.output<typeof aaResultSchema>

const mostResults = 100

/** Reads one result a line; throws `invalid-policy` with the line of the first mistake. */
export function parseAaResults(content: string, file: string): readonly AaResult[] {
  const lines = content
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
  if (lines.length > mostResults)
    throw new AppError(
      'invalid-policy',
      `${file}: expected at most ${mostResults} results, got ${lines.length}`,
    )
  return lines.map(({ line, number }) => {
    const parsed = aaResultSchema.safeParse(toValue(line))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
    throw new AppError(
      'invalid-policy',
      `${file}:${number}: expected a result of canary-judge aa --json, got something else${where}`,
    )
  })
}

function toValue(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
