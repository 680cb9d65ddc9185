import { z } from 'zod'
import { nameField } from './fields.ts'

/** A form sends its empty fields too, and they count as absent. */
const optional = <T extends z.ZodType>(field: T) =>
  z.union([z.literal('').transform(() => undefined), field]).exactOptional()

const amount = (least: number, most: number, means: string) =>
  optional(
    z
      .string()
      .regex(/^\d{1,6}(?:\.\d{1,4})?$/, `expected a number from ${least} to ${most}`)
      .transform(Number)
      .pipe(z.number().min(least).max(most))
      .describe(means),
  )

/** What a plan is made of, as the query of a page and of the interface. */
export const planQuery = z.strictObject({
  rps: amount(0.01, 100_000, 'Requests a second of both versions together; 20 unless given'),
  errors: amount(0, 50, 'Percent of the requests that fail while all is well; 0.5 unless given'),
  p95: amount(1, 600_000, 'The 95th percentile of latency in milliseconds; 250 unless given'),
  conversion: amount(0.01, 99, 'Percent of the attempts that convert; 20 unless given'),
  pods: amount(1, 500, 'Pods of the stable version; 10 unless given'),
  spread: amount(0, 100, 'By how many percent the pods of one version differ without a cause; 3 unless given'),
  steps: optional(
    z
      .string()
      .regex(/^[1-9]\d?(?:,[1-9]\d?){0,9}$/, 'expected up to ten percents from 1 to 99, such as 5,25,50')
      .describe('The weights of the canary, rising; 5,25,50 unless given'),
  ),
  minutes: amount(1, 1440, 'The length of each step; as the policy says unless given'),
  policy: optional(nameField.describe('The name of a loaded policy; the default one unless given')),
})

export type PlanQuery = z.infer<typeof planQuery>
