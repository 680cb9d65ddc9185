import { describe, expect, it, test } from 'vitest'
import type { Decided } from '../../../src/engine/decision/decide.ts'
import { score } from '../../../src/engine/explanation/score.ts'
import type { Reason } from '../../../src/engine/model/verdict.ts'
import { from, madeLook, madeRun, type MadeMetric } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const policy = policyOf([
  { name: 'errors', kind: 'errors' },
  { name: 'p95', kind: 'latency' },
  { name: 'cpu', kind: 'gauge', margin: '50%' },
])
const steps = [{ slice: 0, ends: 12, weight: 25, next: 50 }]
const passing = (e: number): MadeMetric => ({ pass: from(0, e) })
/** The score of a look with these e-values of harm and of each metric's pass. With gates they count up to 40 and 100. */
const scoreOf = (
  harm: number,
  metrics: Readonly<Record<string, MadeMetric>>,
  look: Partial<Decided> = {},
): number => score(madeRun(policy, { steps, metrics }), madeLook({ logHarm: Math.log(harm), ...look }))

describe('score', () => {
  it('is 0 for a fail and 100 for a pass, whatever the evidence', () => {
    expect(scoreOf(0.1, { errors: passing(50), p95: passing(50) }, { judged: 'fail' })).toBe(0)
    expect(scoreOf(39, {}, { judged: 'pass' })).toBe(100)
  })

  it('is 50 without evidence, and with evidence for neither', () => {
    expect(scoreOf(1, {})).toBe(50)
    expect(scoreOf(0.01, { errors: passing(0.01), p95: passing(0.01) })).toBe(50)
  })

  test.each([
    // harm counts on the scale of ln e up to 2/α = 40
    [40 ** 0.5, 50 - 24.5],
    [40 ** 0.2, 50 - 9.8],
    [39.99, 1],
    [1e9, 1],
  ])('falls with evidence of harm of %s to %s', (harm, expected) => {
    expect(scoreOf(harm, {})).toBe(Math.round(expected))
  })

  test.each([
    // passing counts up to 1/(.2 β) = 100
    [10, 50 + 24.5],
    [100 ** 0.2, 50 + 9.8],
    [99.99, 99],
    [1e9, 99],
  ])('rises with evidence for a pass of %s to %s', (e, expected) => {
    expect(scoreOf(1, { errors: passing(e), p95: passing(e) })).toBe(Math.round(expected))
  })

  it('takes one from the other', () => {
    expect(scoreOf(40 ** 0.5, { errors: passing(10), p95: passing(10) })).toBe(50)
  })

  it('counts up to 1/β where there are no gates', () => {
    const metrics = { errors: passing(20 ** 0.5), p95: passing(20 ** 0.5) }
    expect(score(madeRun(policy, { metrics }), madeLook())).toBe(Math.round(50 + 24.5))
  })

  it('rises only as far as the required metric that is furthest from passing', () => {
    expect(scoreOf(1, { errors: passing(10), p95: passing(1e9) })).toBe(Math.round(50 + 24.5))
    expect(scoreOf(1, { errors: passing(1e9), p95: passing(10) })).toBe(Math.round(50 + 24.5))
    expect(scoreOf(1, { errors: passing(1e9), p95: passing(0.5) })).toBe(50)
  })

  it('does not wait for what is not required or has nothing to show', () => {
    const cpu = { pass: from(0, 0.01) }
    expect(scoreOf(1, { errors: passing(10), p95: { pass: 'nothing to show' }, cpu })).toBe(
      Math.round(50 + 24.5),
    )
    const nothing = { pass: 'nothing to show' } as const
    expect(scoreOf(1, { errors: nothing, p95: nothing, cpu: passing(1e9) })).toBe(50)
  })

  it('reads the evidence of its own look', () => {
    const metrics = { errors: { pass: from(6, 10) }, p95: { pass: from(6, 10) } }
    expect([5, 6].map((t) => scoreOf(1, metrics, { t }))).toEqual([50, Math.round(50 + 24.5)])
  })

  it('gives no credit before the canary has traffic past its warm-up', () => {
    expect(scoreOf(1, { errors: passing(50), p95: passing(50) }, { mature: 0 })).toBe(50)
    expect(scoreOf(1, { errors: passing(10), p95: passing(10) }, { mature: 1 })).toBe(Math.round(50 + 24.5))
  })

  test.each([
    ['errors', 50],
    ['cpu', Math.round(50 + 24.5)],
  ])('with no data of %s is %s', (name, expected) => {
    const reason: Reason = { code: 'metric-missing', text: '-' }
    const obstacles = policy.metrics
      .filter((metric) => metric.name === name)
      .map((metric) => ({ metric, reason }))
    const metrics = { errors: passing(10), p95: passing(10) }
    expect(score(madeRun(policy, { steps, metrics, obstacles }), madeLook())).toBe(expected)
  })

  it('asks for the margin of the step it is in, and of the last where there is none', () => {
    const run = madeRun(policy, { steps })
    const asked: number[] = []
    const metrics = run.metrics.map((metric) => ({
      ...metric,
      pass: (next: number) => {
        asked.push(next)
        return undefined
      },
    }))
    const step = { index: 0, from: 0, ends: 12, weight: 25, next: 50 }
    score({ ...run, metrics }, madeLook({ step }))
    score({ ...run, metrics }, madeLook())
    expect(asked).toEqual([50, 50, 100, 100])
  })
})
