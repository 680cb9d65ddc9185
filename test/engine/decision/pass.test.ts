import { describe, expect, it } from 'vitest'
import { costOf, isAffordable } from '../../../src/engine/decision/affordable.ts'
import { heldBy } from '../../../src/engine/decision/held.ts'
import { lacksControl, passCause, showsMargin } from '../../../src/engine/decision/pass.ts'
import { isRequired, lacksRequired, requiredMetrics } from '../../../src/engine/decision/required-metrics.ts'
import type { Moment } from '../../../src/engine/decision/rules/moment.ts'
import { nextWeight } from '../../../src/engine/decision/rules/moment.ts'
import { hasNoSignOfHarm, odds, showsSign } from '../../../src/engine/decision/rules/pass-no-sign-of-harm.ts'
import type { WorstCase } from '../../../src/engine/evidence/metric-evidence.ts'
import type { Policy } from '../../../src/engine/model/policy.ts'
import type { PlannedStep } from '../../../src/engine/model/rollout-plan.ts'
import { armOf } from '../made/arm-slices.ts'
import { from, type MadeMetric, madeMetric, madeRun } from '../made/made-run.ts'
import { policyOf } from '../made/recordings.ts'

const errors = { name: 'errors', kind: 'errors' }
const latency = { name: 'p95', kind: 'latency' }
const policyBy = (other: object = {}, metrics: readonly object[] = [errors]): Policy =>
  policyOf(metrics, { pass: 'balanced', ...other })

const step: PlannedStep = { index: 0, from: 0, ends: 6, weight: 25, next: 50 }
const steps = [{ slice: 0, ends: 6, weight: 25, next: 50 }]

/** A look at the planned end of the step. */
function moment(made: MadeMetric = {}, policy = policyBy(), other: Partial<Moment> = {}): Moment {
  const run = madeRun(policy, { steps, metrics: { errors: made } })
  return { run, t: 5, step, gate: step, mature: 3, ...other }
}

describe('showsSign', () => {
  const shows = (value: number, next: number, other: object = {}): boolean => {
    const { run } = moment({ doubt: from(0, value) }, policyBy(other))
    const [metric] = run.metrics
    return metric !== undefined && showsSign(run, metric, { next }, 5)
  }

  it.each([
    [100, 3],
    [50, 6],
    [25, 12],
    [5, 12],
  ])('before %s %% of the traffic it is from odds of %s on', (next, least) => {
    expect([least * 0.999, least * 1.001].map((value) => shows(value, next))).toEqual([false, true])
  })

  it('follows the policy: its odds, and the same before every step where risk is not proportional', () => {
    expect([9.99, 10.01].map((value) => shows(value, 100, { odds: 10 }))).toEqual([false, true])
    expect([2.99, 3.01].map((value) => shows(value, 5, { riskProportional: false }))).toEqual([false, true])
  })

  it('is false of a metric that shows no signs, and takes odds exactly at the limit for a sign', () => {
    const { run } = moment()
    const [metric] = run.metrics
    expect(metric && showsSign(run, metric, { next: 100 }, 5)).toBe(false)
    expect(shows(1, 100, { odds: 1 })).toBe(true)
  })
})

describe('odds', () => {
  it('are those of the look, even without doubt, and a number however large', () => {
    const [own] = policyBy().metrics
    if (own === undefined) throw new Error('expected a metric')
    expect(odds(madeMetric(own, { doubt: from(5, 7, 2) }), 5)).toBeCloseTo(7)
    expect(odds(madeMetric(own, { doubt: from(5, 7, 2) }), 4)).toBeCloseTo(2)
    expect(odds(madeMetric(own), 5)).toBe(1)
    const huge = { ...madeMetric(own), doubt: new Float64Array(12).fill(1e5) }
    expect(odds(huge, 5)).toBe(Math.exp(690))
  })
})

const costing = (excess: number, usual = 0): MadeMetric['worst'] => {
  return (): WorstCase => ({ excess, usual, requestsPerMinute: 1000 })
}

describe('isAffordable', () => {
  const affords = (worst: MadeMetric['worst'], budget: object | number, metric: object = errors): boolean => {
    const policy = policyBy({ budget }, [{ ...metric, name: 'errors' }])
    const run = madeRun(policy, { steps, metrics: { errors: worst === undefined ? {} : { worst } } })
    const [found] = run.metrics
    return found !== undefined && isAffordable(run, found, step, 5)
  }

  it('is a number of bad outcomes, or twice the usual number', () => {
    expect([200, 201].map((excess) => affords(costing(excess), 200))).toEqual([true, false])
    expect([300, 301].map((excess) => affords(costing(excess, 150), 200))).toEqual([true, false])
  })

  it('is for errors at most a share of what the objective leaves in thirty days', () => {
    // 2 % of .1 % of 1000 requests a minute
    const share = { slo: '99.9%', of: '2%' }
    const most = 0.02 * 0.001 * 1000 * 30 * 24 * 60
    expect([most * 0.999, most * 1.001].map((excess) => affords(costing(excess), share))).toEqual([
      true,
      false,
    ])
    expect(affords(costing(most * 0.999, 1e9), { ...share, outcomes: 100 })).toBe(true)
    expect(affords(costing(most * 1.001, 1e9), { ...share, outcomes: 100 })).toBe(false)
    expect(affords(costing(101), { ...share, outcomes: 100 })).toBe(false)
    expect(affords(costing(1e9), share, latency)).toBe(true)
  })

  it('asks for the weight and the length of the next step, at this look', () => {
    const asked: number[][] = []
    const worst = (next: number, t: number, slices: number): WorstCase => {
      asked.push([next, t, slices])
      return { excess: 12, usual: 0, requestsPerMinute: 1 }
    }
    const { run } = moment({ worst })
    const [metric] = run.metrics
    expect(metric && costOf(run, metric, { ...step, from: 2 }, 5)).toEqual({ worst: 12, allowed: 200 })
    expect(asked).toEqual([[50, 5, 4]])
  })

  it('is true of a metric that cannot say what it costs', () => {
    expect(affords(undefined, 0)).toBe(true)
    expect(affords(() => undefined, 0)).toBe(true)
  })
})

describe('hasNoSignOfHarm', () => {
  it('asks of every required metric that it shows no sign and is affordable', () => {
    const policy = policyBy({}, [errors, latency, { name: 'other', kind: 'latency', watch: true }])
    const holds = (metrics: Readonly<Record<string, MadeMetric>>): boolean =>
      hasNoSignOfHarm({ run: madeRun(policy, { steps, metrics }), t: 5, step, mature: 3 }, step)
    expect(holds({})).toBe(true)
    expect(holds({ p95: { doubt: from(0, 7) } })).toBe(false)
    expect(holds({ errors: { worst: costing(201) } })).toBe(false)
    expect(holds({ other: { doubt: from(0, 99), worst: costing(1e6) } })).toBe(true)
  })
})

describe('passCause', () => {
  const causes = (made: MadeMetric, other: Partial<Moment> = {}, shown = false): readonly unknown[] =>
    (['strict', 'balanced', 'fast'] as const).map((pass) =>
      passCause(moment(made, { ...policyBy(), pass }, other), shown),
    )

  it('passes at the end of a step: strict nothing, balanced without a sign, fast in any case', () => {
    expect(causes({})).toEqual([undefined, 'no-sign', 'no-fail'])
    expect(causes({ doubt: from(0, 7) })).toEqual([undefined, undefined, 'no-fail'])
    expect(causes({ worst: costing(201) })).toEqual([undefined, undefined, 'no-fail'])
    expect(causes({}, { t: 8 })).toEqual([undefined, 'no-sign', 'no-fail'])
  })

  it('passes before the end only what was shown, and balanced not even that', () => {
    expect(causes({}, { t: 4 })).toEqual([undefined, undefined, undefined])
    expect(causes({}, { t: 4 }, true)).toEqual(['shown', undefined, 'shown'])
    expect(causes({ doubt: from(0, 99) }, {}, true)).toEqual(['shown', 'shown', 'shown'])
  })

  it('passes what was shown at any look where no steps are declared', () => {
    expect(passCause({ run: madeRun(policyBy()), t: 4, mature: 3 }, true)).toBe('shown')
  })

  it('takes a rollout without declared steps for one step of the planned length', () => {
    const at = (t: number, pass: Policy['pass'], made: MadeMetric = {}): unknown =>
      passCause(
        {
          run: madeRun({ ...policyBy(), pass, stepSeconds: 300 }, { metrics: { errors: made } }),
          t,
          mature: 3,
        },
        false,
      )
    expect([3, 4, 8].map((t) => at(t, 'balanced'))).toEqual([undefined, 'no-sign', 'no-sign'])
    expect([3, 4].map((t) => at(t, 'fast'))).toEqual([undefined, 'no-fail'])
    expect(at(8, 'strict')).toBeUndefined()
    expect(at(8, 'balanced', { doubt: from(0, 7) })).toBeUndefined()
  })

  it('passes nothing while a metric that may decide holds, whatever was shown', () => {
    const holds = (t: number): string | undefined => (t >= 5 ? 'restarting' : undefined)
    expect(causes({ holds }, {}, true)).toEqual([undefined, undefined, undefined])
    expect(causes({ holds: () => undefined })).toEqual([undefined, 'no-sign', 'no-fail'])
  })

  it('passes nothing for one metric of several that holds or has no stable, and looks for traffic in each', () => {
    const policy = policyBy({}, [errors, latency])
    const cause = (metrics: Readonly<Record<string, MadeMetric>>, own = step): unknown =>
      passCause({ run: madeRun(policy, { steps, metrics }), t: 5, step: own, mature: 3 }, false)
    expect(cause({})).toBe('no-sign')
    expect(cause({ p95: { holds: () => 'restarting' } })).toBeUndefined()
    expect(cause({ p95: { stablePods: from(0, 0) } })).toBeUndefined()
    const all: PlannedStep = { ...step, weight: 100, next: 100 }
    const traffic = { canary: armOf(from(0, 0), from(0, 9)), stable: armOf(from(0, 0), from(0, 9)) }
    expect(cause({}, all)).toBeUndefined()
    expect(cause({ p95: { traffic } }, all)).toBe('no-sign')
  })

  it('passes nothing without a canary past its warm-up, or without stable', () => {
    expect(causes({}, { mature: 0 })).toEqual([undefined, undefined, undefined])
    expect(causes({ stablePods: from(6, 1, 0) })).toEqual([undefined, undefined, undefined])
    expect(causes({ judgeableFrom: 6 })).toEqual([undefined, undefined, undefined])
    expect(causes({ judgeableFrom: 5, stablePods: from(5, 1, 0) })).toEqual([undefined, 'no-sign', 'no-fail'])
  })

  it('passes nothing while a required metric has no data', () => {
    const policy = policyBy({}, [errors, latency])
    const [, missing] = policy.metrics
    if (missing === undefined) throw new Error('expected two metrics')
    const obstacles = [{ metric: missing, reason: { code: 'metric-missing' as const, text: '-' } }]
    const run = madeRun(policy, { steps, obstacles })
    expect(passCause({ run, t: 5, step, mature: 3 }, false)).toBeUndefined()
    const optional = obstacles.map(({ metric, reason }) => ({
      metric: { ...metric, required: false },
      reason,
    }))
    expect(passCause({ run: { ...run, obstacles: optional }, t: 5, step, mature: 3 }, false)).toBe('no-sign')
  })

  it('passes nothing by metrics of which none is required or judged', () => {
    const watched = policyBy({}, [errors, { ...latency, watch: true }])
    const { metrics, ...run } = madeRun(watched, { steps })
    const look = { t: 5, step, mature: 3 }
    expect(passCause({ ...look, run: { ...run, metrics } }, false)).toBe('no-sign')
    const none = metrics.filter(({ policy }) => policy.watch)
    expect(passCause({ ...look, run: { ...run, metrics: none } }, false)).toBeUndefined()
  })

  it('passes nothing where stable has no traffic beside a canary with all of it, or requests vanish', () => {
    const all: PlannedStep = { ...step, weight: 100, next: 100 }
    const traffic = (stable: number) => ({
      canary: armOf(from(0, 0).slice(0, 12), from(0, 1000).slice(0, 12)),
      stable: armOf(from(0, 0).slice(0, 12), from(0, stable).slice(0, 12)),
    })
    expect(causes({ traffic: traffic(0) }, { step: all })).toEqual([undefined, undefined, undefined])
    expect(causes({ traffic: traffic(1) }, { step: all })).toEqual([undefined, 'no-sign', 'no-fail'])
    expect(causes({ traffic: traffic(100_000) })).toEqual([undefined, undefined, undefined])
    expect(causes({ traffic: traffic(3000) })).toEqual([undefined, 'no-sign', 'no-fail'])
  })
})

describe('lacksControl', () => {
  const all: PlannedStep = { index: 1, from: 3, ends: 9, weight: 100, next: 100 }
  const lacks = (stable: readonly number[], other: Partial<PlannedStep> = {}): boolean => {
    const traffic = { canary: armOf(from(0, 0), from(0, 10)), stable: armOf(from(0, 0), stable) }
    return lacksControl({ ...moment({ traffic }), t: 5, step: { ...all, ...other } })
  }

  it('looks at the traffic of the step up to the look', () => {
    expect(lacks(from(0, 0))).toBe(true)
    expect(lacks([1, 1, 1, ...from(0, 0)])).toBe(true)
    expect(lacks([0, 0, 0, 1, ...from(0, 0)])).toBe(false)
    expect(lacks(from(5, 1, 0))).toBe(false)
    expect(lacks(from(6, 1, 0))).toBe(true)
  })

  it('is for a canary with all of the traffic', () => {
    expect(lacks(from(0, 0), { weight: 99 })).toBe(false)
    const { run } = moment()
    expect(lacksControl({ run, t: 5, mature: 3 })).toBe(false)
    expect(lacksControl({ run, t: 5, step: all, mature: 3 })).toBe(true)
  })
})

describe('showsMargin', () => {
  const good: MadeMetric = { pass: from(0, 101) }
  const shows = (made: MadeMetric, other: Partial<Moment> = {}, policy = policyBy({ soak: '3m' })): boolean =>
    showsMargin(moment(made, policy, other))

  it('is what was shown after the soak', () => {
    expect(shows(good)).toBe(true)
    expect(shows({})).toBe(false)
    expect(shows(good, { mature: 2 })).toBe(false)
    expect(shows(good, { mature: 0 }, policyBy({ soak: 0 }))).toBe(false)
    expect(shows(good, { mature: 1 }, policyBy({ soak: 0 }))).toBe(true)
  })

  it('is nothing before the first declared step, and something where none is declared', () => {
    const { step: _, gate: _gate, ...before } = moment(good)
    expect(showsMargin(before)).toBe(false)
    const run = madeRun(policyBy(), { metrics: { errors: { pass: from(0, 21) } } })
    expect(showsMargin({ run, t: 5, mature: 3 })).toBe(true)
  })
})

describe('required metrics', () => {
  it('are those that the policy requires, or all that it judges where it requires none', () => {
    const [memory, watched] = [
      { name: 'memory', kind: 'gauge' },
      { name: 'cpu', kind: 'gauge', watch: true },
    ]
    const names = (metrics: readonly object[]): readonly string[] =>
      requiredMetrics(madeRun(policyBy({}, metrics))).map(({ policy }) => policy.name)
    expect(names([errors, memory, watched])).toEqual(['errors'])
    expect(names([memory, watched])).toEqual(['memory'])
    expect(names([watched])).toEqual([])
    const run = madeRun(policyBy({}, [watched]))
    expect(run.policy.metrics.map((metric) => isRequired(run, metric))).toEqual([false])
    expect(lacksRequired(run)).toBe(false)
  })
})

describe('heldBy', () => {
  it('is what a metric says that is not only watched', () => {
    const [judged, watched] = [errors, { ...errors, watch: true }].map((metric) => {
      const [own] = policyBy({}, [metric]).metrics
      if (own === undefined) throw new Error('expected a metric')
      return madeMetric(own, { holds: (t) => (t === 5 ? 'why' : undefined) })
    })
    expect(judged && [heldBy(judged, 5), heldBy(judged, 4)]).toEqual(['why', undefined])
    expect(watched && heldBy(watched, 5)).toBeUndefined()
  })
})

describe('nextWeight', () => {
  it('is all of the traffic where no step says otherwise', () => {
    expect([nextWeight(step), nextWeight(undefined)]).toEqual([50, 100])
  })
})
