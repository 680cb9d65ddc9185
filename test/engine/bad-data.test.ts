import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/engine/analyze.ts'
import type { Arm, Recording, Sample } from '../../src/engine/model/recording.ts'
import type { ReasonCode, Verdict } from '../../src/engine/model/verdict.ts'
import { simulateRollout } from '../../src/simulate/simulate-rollout.ts'
import { handMade, onlyErrors, policyOf, strict, strictNames, threeSteps } from './made/recordings.ts'

const codes = (verdict: Verdict): ReasonCode[] => verdict.reasons.map(({ code }) => code)
const withCanary = (sample: readonly [Sample, Sample]) => (arm: Arm) =>
  arm === 'canary' ? sample : ([1, 200] as const)

describe('analyze names what is wrong with the data', () => {
  it.each([
    ['NaN', [Number.NaN, 200], 'left out 30 NaN or infinite samples'],
    ['infinite', [1, Infinity], 'left out 30 NaN or infinite samples'],
    ['negative', [-1, 200], 'left out 30 negative samples'],
    ['above their total', [201, 200], 'left out 30 above their total samples'],
  ] as const)('%s counts are left out and never judged', (_name, sample, text) => {
    const verdict = analyze(handMade({ steps: threeSteps, cell: withCanary(sample) }), onlyErrors)
    expect(verdict.judged).toBe('inconclusive')
    expect(verdict.reasons).toContainEqual({ code: 'bad-samples', metric: 'errors', text: `errors: ${text}` })
    expect(codes(verdict)).toContain('no-canary-data')
  })

  it('counts that are not whole are used and named', () => {
    const verdict = analyze(handMade({ cell: withCanary([9.5, 200]) }), onlyErrors)
    expect(verdict.judged).toBe('fail')
    expect(codes(verdict)).toContain('bad-samples')
  })

  it('a missing count of errors beside a total is zero errors', () => {
    const present = analyze(handMade({ cell: withCanary([0, 200]) }), onlyErrors)
    const absent = analyze(handMade({ cell: withCanary([null, 200]) }), onlyErrors)
    expect(absent).toEqual(present)
  })

  it.each([
    [
      'no canary sample',
      withCanary([null, null]),
      'no-canary-data',
      'inconclusive: errors: no data of the canary',
    ],
    [
      'no canary traffic',
      withCanary([0, 0]),
      'no-canary-traffic',
      'inconclusive: errors: the canary has no traffic',
    ],
    [
      'no stable sample',
      (arm: Arm, _pod: number, k: number) =>
        arm === 'stable' && k >= 120 ? ([null, null] as const) : ([1, 200] as const),
      'no-stable-data',
      'inconclusive: errors: no data of stable',
    ],
    [
      'no stable traffic',
      (arm: Arm, _pod: number, k: number) =>
        arm === 'stable' && k >= 120 ? ([0, 0] as const) : ([1, 200] as const),
      'no-stable-traffic',
      'inconclusive: errors: stable has no traffic',
    ],
  ] as const)('%s has a code of its own', (_name, cell, code, summary) => {
    const verdict = analyze(handMade({ steps: threeSteps, cell }), onlyErrors)
    expect(verdict.verdict).toBe('inconclusive')
    expect(codes(verdict)).toContain(code)
    expect(verdict.summary).toBe(summary)
  })

  it.each([
    ['no sample', null, 'no-stable-data'],
    ['no traffic', 0, 'no-stable-traffic'],
  ] as const)('a canary without errors does not pass beside a stable of %s', (_name, seen, code) => {
    const cell = (arm: Arm): readonly [Sample, Sample] => (arm === 'stable' ? [seen, seen] : [0, 20_000])
    const verdict = analyze(handMade({ steps: threeSteps, cell }), onlyErrors)
    expect(verdict.judged).toBe('inconclusive')
    expect(codes(verdict)).toContain(code)
  })

  it('a canary that passed goes on passing when stable is gone', () => {
    const cell = (arm: Arm, _pod: number, k: number): readonly [Sample, Sample] =>
      arm === 'stable' && k >= 140 ? [null, null] : [0, 20_000]
    expect(analyze(handMade({ steps: threeSteps, cell }), onlyErrors).judged).toBe('pass')
  })

  it.each([
    ['no sample', null],
    ['no traffic', 0],
  ] as const)('a canary with errors beside none, and then by its own rate: stable of %s', (_name, seen) => {
    const cell = (arm: Arm, _pod: number, k: number): readonly [Sample, Sample] => {
      if (arm === 'stable') return k >= 126 ? [seen, seen] : [0, 20_000]
      return [k >= 125 && k % 3 === 0 ? 1 : 0, 20_000]
    }
    const { judged, summary } = analyze(handMade({ steps: threeSteps, cell }), onlyErrors)
    expect([judged, summary]).toEqual([
      'pass',
      expect.stringMatching(/^pass: errors below 0.1% of [\d,]+ requests$/),
    ])
  })

  it('a canary that is too young is warming up, with the minutes left', () => {
    const verdict = analyze(handMade({ slices: 122 }), onlyErrors)
    expect(verdict.summary).toBe('inconclusive: canary pods are warming up, 2 more minutes')
    expect(codes(verdict)).toContain('warming-up')
  })

  it('short history, missing history and few pods are remarks, not verdicts', () => {
    const noteOf = (history: number, stablePods = 4): ReasonCode[] =>
      codes(analyze(handMade({ history, slices: history + 20, stablePods }), onlyErrors))
    expect(noteOf(0)).toContain('history-missing')
    expect(noteOf(10)).toContain('history-short')
    expect(noteOf(40)).toContain('history-short')
    expect(noteOf(120)).not.toContain('history-short')
    expect(noteOf(120, 1)).toContain('one-pod')
  })

  it('no gate fails without history, though the path may', () => {
    const steps = [{ slice: 0, ends: 10, weight: 50 }]
    const mild = (history: number): Verdict =>
      analyze(
        handMade({
          history,
          slices: history + 10,
          steps: steps.map((step) => ({ ...step, slice: history, ends: history + 10 })),
          canaryPods: 4,
          cell: (arm) => [arm === 'canary' ? 6 : 4, 400],
        }),
        onlyErrors,
      )
    expect(mild(120).reasons.map(({ code }) => code)).toContain('worse-at-gate')
    expect(mild(0).judged).toBe('inconclusive')
  })

  it('a metric that the recording lacks blocks a pass only when it is required', () => {
    const policy = (required: boolean) =>
      policyOf([
        { name: 'errors', kind: 'errors', tolerance: 1 },
        { name: 'p95', kind: 'latency', required },
      ])
    const recording = handMade({ canaryPods: 4, cell: () => [2, 2000] })
    expect(analyze(recording, policy(true))).toMatchObject({
      judged: 'inconclusive',
      summary: 'inconclusive: p95: not in the recording',
    })
    expect(analyze(recording, policy(false)).judged).toBe('pass')
  })

  it('gives the problem of the source where a metric is missing because the source failed', () => {
    const recording: Recording = {
      ...handMade({ steps: threeSteps }),
      metrics: {},
      problems: [{ code: 'source-timeout', text: 'Prometheus did not answer within 8 s' }],
    }
    const verdict = analyze(recording, onlyErrors)
    expect(verdict.summary).toBe('inconclusive: Prometheus did not answer within 8 s')
    expect(codes(verdict)).toContain('source-timeout')
  })

  it('a metric of another kind than the policy says is missing', () => {
    const verdict = analyze(handMade(), policyOf([{ name: 'errors', kind: 'latency' }]))
    expect(verdict.summary).toBe('inconclusive: errors: expected latency in the recording, got errors')
  })

  it('both arms failing is no verdict', () => {
    const cell = (_arm: Arm, _pod: number, k: number): [number, number] => [k >= 120 ? 60 : 1, 200]
    const verdict = analyze(handMade({ canaryPods: 4, steps: threeSteps, cell }), onlyErrors)
    expect(verdict.judged).toBe('inconclusive')
    expect(verdict.summary).toBe(
      'inconclusive: both arms fail more than 10% of their requests, so stable is no measure',
    )
  })

  it('a gauge of zeros in stable has nothing to be relative to', () => {
    const { metrics: _none, ...base } = handMade({ slices: 140 })
    const recording: Recording = {
      ...base,
      metrics: {
        queue: {
          kind: 'gauge',
          value: base.pods.map(({ arm }) => Array.from({ length: 140 }, () => (arm === 'stable' ? 0 : 5))),
        },
      },
    }
    const verdict = analyze(recording, policyOf([{ name: 'queue', kind: 'gauge', required: true }]))
    expect(verdict.reasons[0]).toMatchObject({ code: 'all-zero-stable', metric: 'queue' })
  })

  it('a histogram whose bounds say nothing is too coarse, naming a bound to add', () => {
    const recording = simulateRollout({
      seed: 1,
      metrics: { latency: 'p95' },
      service: {
        errorRate: 0.005,
        latencyMedian: 0.1,
        latencySigma: 0.6,
        latencyBounds: [0.01, 5, 10],
        checkoutShare: 0.4,
        conversionRate: 0.2,
        memoryBytes: 1e9,
      },
    })
    const verdict = analyze(recording, policyOf([{ name: 'p95', kind: 'latency' }]))
    expect(verdict.reasons[0]?.code).toBe('histogram-too-coarse')
    expect(verdict.summary).toMatch(
      /^inconclusive: p95: no bucket bound has between 0\.8% and 60% of stable requests above it, add one near .* m?s$/,
    )
  })

  it('pods that come and go are judged while they are there', () => {
    const cell = (arm: Arm, pod: number, k: number): readonly [Sample, Sample] => {
      if (arm === 'canary') return k % 10 < 8 ? [6, 200] : [null, null]
      return (k + pod) % 7 === 0 ? [null, null] : [1, 200]
    }
    expect(analyze(handMade({ canaryPods: 3, cell }), onlyErrors).judged).toBe('fail')
  })

  it('a tiny arm beside a large one is inconclusive, not a pass', () => {
    const cell = (arm: Arm): [number, number] => (arm === 'canary' ? [0, 1] : [50, 10_000])
    expect(analyze(handMade({ steps: threeSteps, cell }), onlyErrors).judged).toBe('inconclusive')
  })

  it('a recording before its rollout has nothing to say', () => {
    const verdict = analyze(handMade(), onlyErrors, 100)
    expect(verdict).toMatchObject({
      judged: 'inconclusive',
      summary: 'inconclusive: the rollout has not begun in this recording',
    })
  })

  it('a recording before its rollout names the problem of the source', () => {
    const down = { code: 'source-down', text: 'Prometheus refused the connection' } as const
    const coarse = { code: 'coarse-scrape', metric: 'errors', text: 'errors: scraped every 50 s' } as const
    const look = (problems: Recording['problems'] & object) =>
      analyze({ ...handMade(), problems }, onlyErrors, 100)
    expect(look([coarse, down])).toMatchObject({
      summary: 'inconclusive: Prometheus refused the connection',
      reasons: [{ code: 'no-canary-data' }, coarse, down],
    })
    expect(look([coarse]).summary).toBe('inconclusive: the rollout has not begun in this recording')
  })

  it('a problem of the source that is both a reason and a remark is listed once', () => {
    const down = { code: 'source-down', metric: 'errors', text: 'errors: no connection' } as const
    const { metrics: _, ...rest } = handMade({ steps: threeSteps })
    const verdict = analyze({ ...rest, metrics: {}, problems: [down] }, onlyErrors)
    expect(verdict.reasons.filter(({ code }) => code === 'source-down')).toEqual([down])
    expect(verdict.reasons[0]).toEqual(down)
  })

  it('a recording before its rollout is inconclusive also where the policy only observes', () => {
    const verdict = analyze(handMade(), { ...onlyErrors, mode: 'observe' }, 100)
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      summary: 'inconclusive: the rollout has not begun in this recording',
    })
  })

  it.each([-1, 150, 1.5, Number.NaN])('refuses to look at slice %s', (at) => {
    expect(() => analyze(handMade(), onlyErrors, at)).toThrow(/expected "at" to be a slice from 0 to 149/)
  })

  it('reports traffic that is not split as the weights promise', () => {
    const split = (canary: number): Verdict =>
      analyze(
        handMade({ steps: threeSteps, stablePods: 4, cell: (arm) => [1, arm === 'canary' ? canary : 475] }),
        onlyErrors,
        129,
      )
    expect(codes(split(100))).not.toContain('traffic-share')
    expect(split(300).reasons).toContainEqual({
      code: 'traffic-share',
      text: 'the canary got 14% of the requests, its weights promise 5%',
    })
    expect(codes(split(20))).toContain('traffic-share')
  })

  it('says when there is no control left', () => {
    const steps = [{ slice: 120, ends: 150, weight: 100 }]
    const cell = (arm: Arm, _pod: number, k: number): readonly [Sample, Sample] =>
      arm === 'stable' && k >= 120 ? [null, null] : [arm === 'canary' ? 150 : 1, 200]
    const verdict = analyze(handMade({ steps, cell }), onlyErrors)
    expect(codes(verdict)).toContain('no-control')
    expect(verdict.judged).toBe('fail')
  })

  it('judges an arm as a whole where pods are not known', () => {
    const bad = simulateRollout({ seed: 3, podLabels: false, effect: { errors: 4 }, metrics: strictNames })
    const good = simulateRollout({ seed: 3, podLabels: false, metrics: strictNames })
    expect(analyze(bad, strict).judged).toBe('fail')
    expect(analyze(good, strict).judged).not.toBe('fail')
  })
})
