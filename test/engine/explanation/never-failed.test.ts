import { describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../../src/simulate/simulated-rollout.ts'
import { onlyErrors } from '../recordings.ts'

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

  test('analyze(too few requests to expect a failure) does not say so', () => {
    expect(remarkOf(verdictOf(0, 0.05))).toBeUndefined()
  })
})
