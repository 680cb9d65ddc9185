import type { Arms, Labels } from './arms.ts'
import type { Workload } from './preset-context.ts'
import { fillPlaceholders } from '../queries/fill-placeholders.ts'
import { equals } from '../queries/matcher.ts'

/** The same arms, limited to series with these labels. */
export function armsWhere(where: Labels, arms: Arms, subject: Workload): Arms {
  const more = Object.entries(where).map(([label, text]) => equals(label, fillPlaceholders(text, subject)))
  if (more.length === 0) return arms
  const { both, canary, stable } = arms
  return { ...arms, both: [...both, ...more], canary: [...canary, ...more], stable: [...stable, ...more] }
}
