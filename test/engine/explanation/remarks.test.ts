import { describe, expect, it } from 'vitest'
import { problemsOf, remarks } from '../../../src/engine/explanation/remarks.ts'
import { trafficShare } from '../../../src/engine/decision/traffic-share.ts'
import type { Reason } from '../../../src/engine/model/verdict.ts'
import { armOf } from '../made/arm-slices.ts'
import { madeLook, madeRun, type MadeRun } from '../made/made-run.ts'
import { handMade, policyOf } from '../made/recordings.ts'

const policy = policyOf([
  { name: 'memory', kind: 'gauge' },
  { name: 'errors', kind: 'errors' },
])
const steps = [{ slice: 0, ends: 12, weight: 25 }]
const step = { index: 0, from: 0, ends: 12, weight: 25, next: 100 }
const even = (value: number): readonly number[] => Array.from({ length: 12 }, () => value)
/** The requests of each arm in a slice. */
const routed = (canary: number, stable: number): MadeRun => ({
  steps,
  metrics: {
    errors: {
      traffic: { canary: armOf(even(0), even(canary)), stable: armOf(even(0), even(stable)) },
    },
  },
})
const remarksOn = (made: MadeRun, t = 11): readonly Reason[] =>
  remarks(madeRun(policy, made), madeLook({ t, step }))

describe('remarks', () => {
  it('has none on good data that is split as promised', () => {
    expect(remarksOn(routed(250, 750))).toEqual([])
  })

  it.each([
    [400, 600, '40%'],
    [100, 900, '10%'],
  ])('says that %s to %s requests are not a quarter', (canary, stable, share) => {
    expect(remarksOn(routed(canary, stable))).toEqual([
      { code: 'traffic-share', text: `the canary got ${share} of the requests, its weights promise 25%` },
    ])
  })

  it('says so where the evidence for it is 100 and more', () => {
    const made = routed(360, 640)
    const { plan, metrics } = madeRun(policy, made)
    const arms = metrics[1]?.traffic
    if (arms === undefined) throw new Error('expected the traffic of errors')
    const sure = even(0).map((_, t) => Math.exp(trafficShare(arms, plan, t)?.evidence ?? 0) >= 100)
    expect(even(0).map((_, t) => remarksOn(made, t).length === 1)).toEqual(sure)
    expect(new Set(sure).size).toBe(2)
  })

  it('has nothing to say of a routing that no metric counts or no step declares', () => {
    expect(remarksOn({ steps })).toEqual([])
    expect(remarks(madeRun(policy, { ...routed(400, 600), steps: [] }), madeLook({ t: 11 }))).toEqual([])
  })

  it.each([
    [99.9, 0],
    [100, 1],
  ])('at a weight of %s reports a missing control %s times', (weight, found) => {
    const look = madeLook({ step: { ...step, weight } })
    const text = 'all traffic is on the canary: only crashes and limits are judged'
    const expected = [{ code: 'no-control', text }].slice(0, found)
    expect(remarks(madeRun(policy), look)).toEqual(expected)
  })

  it('gives notes of every metric, then routing, control and problems of the source', () => {
    const note = (metric: string): Reason => ({ code: 'one-pod', metric, text: `${metric}: one stable pod` })
    const made = routed(400, 600)
    const run = madeRun(policy, {
      ...made,
      metrics: {
        memory: { notes: [note('memory')] },
        errors: { ...made.metrics?.['errors'], notes: [note('errors'), note('errors')] },
      },
      problems: [{ code: 'gap', text: 'no samples for 3 minutes' }],
    })
    const found = remarks(run, madeLook({ t: 11, step: { ...step, weight: 100 } }))
    expect(found.map(({ code, metric }) => `${code} ${metric ?? '-'}`)).toEqual([
      'one-pod memory',
      'one-pod errors',
      'one-pod errors',
      'traffic-share -',
      'no-control -',
      'gap -',
    ])
  })
})

describe('problemsOf', () => {
  it('is what the source saw, with the metric where it named one', () => {
    const problems = [
      { code: 'gap', metric: 'errors', text: 'errors: no samples for 3 minutes' },
      { code: 'clock-skew', text: 'the clock is 40 s ahead' },
    ] as const
    expect(problemsOf({ ...handMade(), problems })).toStrictEqual(problems)
  })

  it('is nothing where it saw none', () => {
    expect(problemsOf(handMade())).toEqual([])
  })
})
