import { describe, expect, it } from 'vitest'
import { decidePath } from '../../../src/engine/decision/decide-path.ts'
import { failThreshold, passThreshold } from '../../../src/engine/decision/error-budget.ts'
import { metricPasses } from '../../../src/engine/decision/rules/pass-within-margin.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { judged, letters, lookAt, named, only, type OneMetric, runOf, steps, T } from './decide-run.ts'
import { from } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

describe('decidePath', () => {
  it('fails where the path reaches 2/α with gates, 1/α without, and a fail stays', () => {
    expect(judged({ harm: only(4, 40.01) })).toBe('iiiiffffffff')
    expect(judged({ harm: only(4, 39.99) })).toBe('iiiiiiiiiiii')
    expect(judged({ harm: only(4, 20.01), stepped: false })).toBe('iiiiffffffff')
    expect(judged({ harm: only(4, 19.99), stepped: false })).toBe('iiiiiiiiiiii')
    expect(lookAt({ harm: only(4, 41) }, 9).failed).toEqual({ by: 'path', t: 4 })
  })

  it('fails at a gate at its share of α/2, and nowhere else', () => {
    // two gates: 1/5 and 4/5
    expect(judged({ harmP: () => 0.0049 })).toBe('iiiiifffffff')
    expect(judged({ harmP: () => 0.0051 })).toBe('iiiiiiiiiiif')
    expect(judged({ harmP: () => 0.021 })).toBe('iiiiiiiiiiii')
    expect(judged({ harmP: (t) => (t === 5 ? undefined : 0) })).toBe('iiiiiiiiiiif')
    expect(lookAt({ harmP: () => 0 }, 8).failed).toEqual({ by: 'gate', t: 5, metrics: ['errors'] })
  })

  it('passes a step where e reaches 1/(.2 β), without gates 1/β, after the soak, and a pass stays for the step', () => {
    expect(judged({ pass: only(3, 100.1) })).toBe('iiipppiiiiii')
    expect(judged({ pass: only(3, 99.9) })).toBe('iiiiiiiiiiii')
    expect(judged({ pass: from(0, 101) })).toBe('iippppiipppp')
    expect(judged({ pass: only(4, 20.1), stepped: false })).toBe('iiiipiiiiiii')
    expect(lookAt({ pass: only(3, 101) }, 5).passedAt).toBe(3)
  })

  it('passes at a gate at .8 β', () => {
    expect(judged({ passP: () => 0.0399 })).toBe('iiiiipiiiiip')
    expect(judged({ passP: () => 0.0401 })).toBe('iiiiiiiiiiii')
  })

  it('takes evidence exactly at its threshold for enough', () => {
    // two gates: the first has 1/5 of α/2, both have .8 β
    expect(judged({ harmP: () => 0.05 * 0.5 * 0.2 })).toBe('iiiiifffffff')
    expect(judged({ passP: () => 0.05 * 0.8 })).toBe('iiiiipiiiiip')
    expect(judged({ harm: only(4, Math.exp(failThreshold(runOf({})))) })).toBe('iiiiffffffff')
  })

  it('says which looks are gates, whether or not they are asked', () => {
    const gates = decidePath(runOf({ pass: from(0, 101) })).map(({ atGate }) => (atGate ? 'g' : '.'))
    expect(gates.join('')).toBe('.....g.....g')
  })

  it('gives of a look exactly what is known', () => {
    const nothing = {
      t: 1,
      judged: 'inconclusive',
      verdict: 'inconclusive',
      logHarm: 0,
      logThreshold: -Math.log(0.05),
      atGate: false,
      mature: 2,
      bothFailing: false,
    }
    expect(lookAt({ stepped: false }, 1)).toStrictEqual(nothing)
  })

  it('has no pass beside a fail', () => {
    const looks = decidePath(runOf({ pass: from(0, 101), harm: only(4, 41) }))
    expect(looks.map(({ passedAt }) => passedAt ?? '.').join('')).toBe('..22........')
  })

  it('neither passes nor fails at a gate before the first declared step begins', () => {
    const run = runOf({ pass: from(0, 101) })
    const recording = { ...run.recording, steps: steps.slice(1) }
    const looks = decidePath({ ...run, recording, plan: rolloutPlan(recording, T) })
    expect(letters(looks.map((look) => look.judged))).toBe('iiiiiiiipppp')
    expect(looks.map(({ step }) => step?.index ?? '.').join('')).toBe('......000000')
  })

  it('skips the gate of a step that has passed', () => {
    expect(judged({ pass: only(3, 101), harmP: (t) => (t === 5 ? 0 : 1) })).toBe('iiipppiiiiii')
  })

  it('counts mature slices of the step alone', () => {
    const canaryPods = [0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1]
    expect(judged({ pass: from(0, 101), canaryPods })).toBe('iiiiiiiiippp')
    const looks = decidePath(runOf({ canaryPods }))
    expect(looks.map(({ mature }) => mature)).toEqual([0, 0, 0, 0, 1, 2, 1, 1, 2, 3, 4, 5])
    expect(judged({ pass: from(0, 101), canaryPods: from(0, 0), policy: named({ soak: 0 }) })).toBe(
      'iiiiiiiiiiii',
    )
  })

  it('neither fails at a gate, matures nor passes on a metric before it is known', () => {
    const policy = named({ soak: 0 })
    expect(judged({ policy, pass: from(0, 101), judgeableFrom: 2 })).toBe('iipppppppppp')
    expect(judged({ harmP: () => 0, judgeableFrom: 6 })).toBe('iiiiiiiiiiif')
    expect(judged({ harmP: () => 0, judgeableFrom: 5 })).toBe('iiiiifffffff')
    expect(
      decidePath(runOf({ judgeableFrom: 2 }))
        .map(({ mature }) => mature)
        .slice(0, 4),
    ).toEqual([0, 0, 3, 4])
  })

  it('does not pass over a required metric that is missing', () => {
    expect(judged({ pass: from(0, 101), obstacle: 'missing' })).toBe('iiiiiiiiiiii')
  })

  it('passes only with every required metric known and within its margin, whatever the others say', () => {
    const twice = policyOf(
      [
        { name: 'errors', kind: 'errors' },
        { name: 'p95', kind: 'latency' },
      ],
      { soak: 0 },
    )
    const outcome = (second: OneMetric, required = true): string => {
      const [run, other] = [runOf({ policy: twice, pass: from(0, 101) }), runOf({ policy: twice, ...second })]
      const metrics = [...run.metrics, ...other.metrics].map((metric, i) => ({
        ...metric,
        policy: { ...metric.policy, name: `m${i}`, required: i === 0 || required },
      }))
      return letters(decidePath({ ...run, metrics }).map((look) => look.judged))
    }
    expect(outcome({ pass: from(0, 101) })).toBe('pppppppppppp')
    expect(outcome({ pass: from(0, 1) })).toBe('iiiiiiiiiiii')
    expect(outcome({ pass: from(0, 101), judgeableFrom: 3 })).toBe('iiippppppppp')
    expect(outcome({ pass: from(0, 1), judgeableFrom: 3 }, false)).toBe('pppppppppppp')
  })
})

describe('thresholds', () => {
  it('are halves of α and a fifth of β with gates, all of them without', () => {
    const [gated, plain] = [runOf({}), runOf({ stepped: false })]
    expect([failThreshold(gated), failThreshold(plain)]).toEqual([
      expect.closeTo(Math.log(40), 12),
      expect.closeTo(Math.log(20), 12),
    ])
    expect([passThreshold(gated), passThreshold(plain)]).toEqual([
      expect.closeTo(Math.log(100), 12),
      expect.closeTo(Math.log(20), 12),
    ])
  })
})

describe('metricPasses', () => {
  it('is true of evidence exactly at its threshold', () => {
    const run = runOf({})
    const [metric] = run.metrics
    const pass = (): Float64Array => Float64Array.of(passThreshold(run))
    expect(metric && metricPasses(run, { ...metric, pass }, 100, 0, false)).toBe(true)
  })

  it('is true of a metric that has nothing to show', () => {
    const run = runOf({})
    const [metric] = run.metrics
    expect(metric && metricPasses(run, { ...metric, pass: () => undefined }, 100, 0, false)).toBe(true)
  })
})
