import { describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Sample } from '../../../src/engine/model/recording.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../../src/simulate/simulated-rollout.ts'
import { handMade, onlyErrors } from '../made/recordings.ts'

const verdictOf = (errorRate: number, rps = 50): Verdict => {
  const service = { ...rolloutDefaults.service, errorRate }
  const traffic = { rps, podSd: 0 }
  return analyze(
    simulateRollout({ seed: 'failed', service, traffic, metrics: { errors: 'errors' } }),
    onlyErrors,
  )
}
const remarkOf = ({ reasons }: Verdict): string | undefined =>
  reasons.find(({ code }) => code === 'never-failed')?.text

describe('never-failed', () => {
  test('analyze(no failure at all) says so, and passes all the same', () => {
    const verdict = verdictOf(0)
    expect(verdict.judged).toBe('pass')
    expect(remarkOf(verdict)).toMatch(
      /^errors: none of 4\d\d,\d{3} requests failed, in either arm and in history; if some did, .* canary-judge doctor says why$/,
    )
  })

  test('analyze(a few failures) does not say so', () => {
    expect(remarkOf(verdictOf(0.0005))).toBeUndefined()
  })

  test('analyze(samples that mean nothing) counts those that do mean something', () => {
    const odd = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -5, 1e300]
    const total = [...odd, ...Array.from({ length: 115 }, () => 100)]
    const text = /^errors: none of 11,500 requests failed/
    const of = (bad: Sample) => {
      const errors = { kind: 'errors', total: [total], bad: [total.map(() => bad)] } as const
      return remarkOf(
        analyze({ ...handMade(), pods: [{ name: 's', arm: 'stable' }], metrics: { errors } }, onlyErrors),
      )
    }
    expect(of(0)).toMatch(text)
    expect(of(null)).toMatch(text)
    // it does not count, but it shows that the selector finds failures
    expect(of(Number.POSITIVE_INFINITY)).toBeUndefined()
  })

  test('analyze(too few requests to expect a failure) does not say so', () => {
    expect(remarkOf(verdictOf(0, 0.05))).toBeUndefined()
  })
})
