import { withPlaceholders, type RoleOf } from '../../import/formats/placeholders.ts'
import type { Ended, Readings } from './ended.ts'

/** A rollout as thresholds see it; times in seconds from its start. */
export interface PastCanary {
  /** What stands for names in queries: canary, stable, namespace, name, and what the command line gives. */
  readonly values: Readonly<Record<string, string>>
  /** When the canary got its first requests. */
  readonly traffic: number
  readonly end: number
}

/** Asks Prometheus for the values of a query at each step, from so many seconds after the start. */
export type ReadingsOf = (query: string, from: number, stepSeconds: number) => Promise<Readings>

export interface LeftOut {
  readonly metric: string
  readonly why: string
}

/** The thresholds of one AnalysisTemplate or Canary. */
export interface Thresholds {
  readonly name: string
  judge(canary: PastCanary, readingsOf: ReadingsOf): Promise<ByThresholds>
}

export interface ByThresholds {
  /** Undefined = the rollout went on to its end. */
  readonly ended: Ended | undefined
  /** How many metrics were evaluated. */
  readonly metrics: number
  readonly leftOut: readonly LeftOut[]
}

/** A text with its values; `missing`: what has none. */
export function filled(
  text: string,
  pattern: RegExp,
  roleOf: RoleOf,
  values: PastCanary['values'],
): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = []
  const result = withPlaceholders(text, pattern, roleOf).replaceAll(
    /\{\{([^{}]*)\}\}/g,
    (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      if (value === undefined) missing.push(name)
      return value ?? whole
    },
  )
  return { text: result, missing }
}

export function missingText(missing: readonly string[]): string {
  const args = [...new Set(missing)].map((name) => `--arg ${name}=…`)
  return `expected a value: ${args.join(' ')}`
}
