import { type Ended, type Readings, valueText } from './ended.ts'

/** A metric of a Canary, and what it may be. */
export interface FlaggerCheck {
  readonly name: string
  readonly min?: number
  readonly max?: number
  /** Flagger leaves out what is behind the point, as for milliseconds. */
  readonly isWhole?: true
}

export interface FlaggerTiming {
  /** Seconds. */
  readonly interval: number
  /** So many failed checks roll back. */
  readonly threshold: number
}

interface Read {
  readonly check: FlaggerCheck
  readonly readings: Readings
}

/**
 * Checks the metrics as Flagger 1.44 does, the first time an interval after traffic began; times in seconds from the
 * start. Undefined = it let the rollout go on to its end.
 */
export function flaggerRun(
  checks: readonly Read[],
  { interval, threshold }: FlaggerTiming,
  { traffic, end }: { readonly traffic: number; readonly end: number },
): Ended | undefined {
  let failed = 0
  for (let at = traffic + interval; at <= end; at += interval) {
    const why = firstFailure(checks, at)
    if (why === undefined) continue
    failed += 1
    if (failed < threshold) continue
    const checked = failed === 1 ? '1 failed check' : `${failed} failed checks`
    // it rolls back where the next interval ends
    return { outcome: 'aborted', at: at + interval, why: `${checked}, threshold ${threshold}; ${why}` }
  }
  return undefined
}

/** The first metric that fails ends the check. */
function firstFailure(checks: readonly Read[], at: number): string | undefined {
  for (const { check, readings } of checks) {
    const why = failureOf(check, readings(at).at(-1))
    if (why !== undefined) return `${check.name}: ${why}`
  }
  return undefined
}

function failureOf({ min, max, isWhole }: FlaggerCheck, read: number | undefined): string | undefined {
  if (read === undefined || Number.isNaN(read)) return 'no value'
  const value = isWhole === true ? Math.trunc(read) : read
  if (min !== undefined && value < min) return `${valueText(value)}, min ${min}`
  return max !== undefined && value > max ? `${valueText(value)}, max ${max}` : undefined
}
