import { describe, expect, it } from 'vitest'
import { gatherEvidence, type RunEvidence } from '../../../src/engine/decision/gather.ts'
import type { MetricData, Recording } from '../../../src/engine/model/recording.ts'
import { rolloutPlan } from '../../../src/engine/model/rollout-plan.ts'
import { latencyTable } from '../made/latency-table.ts'
import { handMade, policyOf } from '../made/recordings.ts'

const HISTORY = 70
const SLICES = 12
const LAST = HISTORY + SLICES - 1

/** A run with all four kinds. Without `history` stable begins with the rollout. */
function recordingOf(history = HISTORY): Recording {
  const base = handMade({
    history,
    slices: history + SLICES,
    stablePods: 5,
    canaryPods: 2,
    cell: (arm, pod, k) => [arm === 'canary' ? 8 : 2 + ((pod + k) % 3), 100],
  })
  const { data } = latencyTable({
    history,
    slices: SLICES,
    shares: (arm) => [0.9, 0.5, 0.2, 0.06, 0.015, 0.001].map((s) => (arm === 'canary' ? 1.05 * s : s)),
  })
  const errors = base.metrics['errors']
  if (errors?.kind !== 'errors') throw new Error('expected errors')
  const good = errors.bad.map((row) => row && row.map((x) => x && 20 + x))
  const value = base.pods.map(({ arm }, j) =>
    Array.from({ length: history + SLICES }, (_, k) =>
      arm === 'canary' && k < history ? null : 100 + ((3 * j + 2 * k) % 5),
    ),
  )
  return {
    ...base,
    metrics: {
      errors,
      p95: data,
      sales: { kind: 'conversion', good, total: errors.total },
      memory: { kind: 'gauge', value },
    },
  }
}

const all = [
  { name: 'errors', kind: 'errors' },
  { name: 'p95', kind: 'latency' },
  { name: 'sales', kind: 'conversion' },
  { name: 'memory', kind: 'gauge' },
]
const weightsOf = (run: RunEvidence): Readonly<Record<string, number>> =>
  Object.fromEntries(run.components.map(({ metric, rule, weight }) => [`${metric} ${rule}`, weight]))
const close = (value: number): unknown => expect.closeTo(value, 12)

describe('gatherEvidence', () => {
  const recording = recordingOf()
  const policy = policyOf(all, { warmup: '90s' })

  it('asks each kind for its evidence, over the slices up to the look, warm-up rounded up', () => {
    const run = gatherEvidence(recording, policy, LAST - 2)
    expect(run.plan).toEqual(rolloutPlan(recording, SLICES - 2))
    expect([run.recording, run.policy, run.obstacles]).toEqual([recording, policy, []])
    expect(run.metrics.map((metric) => metric.policy)).toEqual(policy.metrics)
    const [errors, p95, sales, memory] = run.metrics
    // the warm-up is two slices, for a conversion one; gauges have none
    expect(errors?.canaryCounts).toEqual(Float64Array.of(0, 0, 2, 2, 2, 2, 2, 2, 2, 2))
    expect(sales?.canaryCounts).toEqual(Float64Array.of(0, 2, 2, 2, 2, 2, 2, 2, 2, 2))
    expect(memory?.canaryCounts).toHaveLength(10)
    expect(p95?.numbers(9).bound).toBe(0.3)
    // the components have the same arrays of evidence, and the guard has its own
    const paths = [...run.metrics.map(({ harm }) => harm), errors?.rules[0]?.harm]
    expect(run.components.map(({ harm }) => harm)).toEqual(paths)
  })

  it('has no slices before the rollout begins', () => {
    const before = gatherEvidence(recording, policyOf(all.slice(0, 1)), HISTORY - 5)
    expect([before.plan.slices, before.components[0]?.harm.length]).toEqual([0, 0])
  })

  it('weighs what the policy names: its kind’s share, split among equals, 5 % for guard and limits', () => {
    expect(weightsOf(gatherEvidence(recording, policy, LAST))).toEqual({
      'errors worse': close(0.33),
      'p95 worse': close(0.3),
      'sales worse': close(0.22),
      'memory worse': close(0.1),
      'errors crash': close(0.05),
    })
    const two = policyOf([
      { name: 'errors', kind: 'errors', limit: '5%' },
      { name: 'others', kind: 'errors' },
      { name: 'p95', kind: 'latency', limit: '1s' },
    ])
    const run = gatherEvidence(recording, two, LAST)
    const harmOf = (rule: string): unknown =>
      run.components.find((one) => one.metric === 'errors' && one.rule === rule)?.harm
    expect([harmOf('crash'), harmOf('limit')]).toEqual(run.metrics[0]?.rules.map(({ harm }) => harm))
    // the named metrics have .33 + .3 + .05 of the budget, and get the whole budget
    const whole = 0.68
    expect(weightsOf(run)).toEqual({
      'errors worse': close(0.165 / whole),
      'others worse': close(0.165 / whole),
      'p95 worse': close(0.3 / whole),
      'errors crash': close(0.05 / 4 / whole),
      'errors limit': close(0.05 / 4 / whole),
      'others crash': close(0.05 / 4 / whole),
      'p95 limit': close(0.05 / 4 / whole),
    })
  })

  it('gives a gauge’s limit a share', () => {
    const limited = policyOf([
      { name: 'sales', kind: 'conversion' },
      { name: 'memory', kind: 'gauge', limit: '1Gi' },
    ])
    expect(weightsOf(gatherEvidence(recording, limited, LAST))).toEqual({
      'sales worse': close(0.22 / 0.37),
      'memory worse': close(0.1 / 0.37),
      'memory limit': close(0.05 / 0.37),
    })
  })

  it('takes a metric’s own weight in place of its kind’s', () => {
    const own = policyOf([
      { name: 'errors', kind: 'errors', weight: 0.5 },
      { name: 'sales', kind: 'conversion' },
    ])
    expect(weightsOf(gatherEvidence(recording, own, LAST))).toEqual({
      'errors worse': close(0.5 / 0.77),
      'sales worse': close(0.22 / 0.77),
      'errors crash': close(0.05 / 0.77),
    })
    const weightless = policyOf([{ name: 'sales', kind: 'conversion', weight: 0 }])
    expect(weightsOf(gatherEvidence(recording, weightless, LAST))).toEqual({ 'sales worse': 0 })
  })

  it('shares a gate’s level among counts alone', () => {
    expect([...gatherEvidence(recording, policy, LAST).gateWeights]).toEqual([
      ['errors', close(0.45)],
      ['p95', close(0.2)],
      ['sales', close(0.35)],
      ['memory', 0],
    ])
    const two = policyOf([
      { name: 'errors', kind: 'errors' },
      { name: 'others', kind: 'errors' },
      { name: 'p95', kind: 'latency' },
    ])
    expect([...gatherEvidence(recording, two, LAST).gateWeights]).toEqual([
      ['errors', close(0.225 / 0.65)],
      ['others', close(0.225 / 0.65)],
      ['p95', close(0.2 / 0.65)],
    ])
    const gauge = policyOf([{ name: 'memory', kind: 'gauge' }])
    expect([...gatherEvidence(recording, gauge, LAST).gateWeights]).toEqual([['memory', 0]])
  })

  it('bets nothing on what is only watched, yet looks at it', () => {
    const watching = policyOf([
      { name: 'errors', kind: 'errors' },
      { name: 'p95', kind: 'latency', watch: true, limit: '1s' },
      { name: 'sales', kind: 'conversion' },
    ])
    const run = gatherEvidence(recording, watching, LAST)
    expect(weightsOf(run)).toEqual({
      'errors worse': close(0.33 / 0.6),
      'sales worse': close(0.22 / 0.6),
      'errors crash': close(0.05 / 0.6),
    })
    expect([...run.gateWeights.keys()]).toEqual(['errors', 'sales'])
    expect(run.metrics.map(({ policy: { name } }) => name)).toEqual(['errors', 'p95', 'sales'])
  })

  it('keeps the share of what is silent at an e-value of 1', () => {
    const silent = { ...recording, metrics: { sales: recording.metrics['sales'] ?? none } }
    const run = gatherEvidence(silent, policy, LAST)
    expect(weightsOf(run)).toEqual(weightsOf(gatherEvidence(recording, policy, LAST)))
    const harms = new Map(run.components.map(({ metric, rule, harm }) => [`${metric} ${rule}`, [...harm]]))
    const zeros = Array.from({ length: SLICES }, () => 0)
    expect([harms.get('errors worse'), harms.get('errors crash'), harms.get('p95 worse')]).toEqual([
      zeros,
      zeros,
      zeros,
    ])
    expect(harms.get('sales worse')).not.toEqual(zeros)
  })

  it('counts no evidence of slices before a metric was known', () => {
    const young = gatherEvidence(recordingOf(0), policyOf(all.slice(1, 2), { warmup: 0 }), SLICES - 1)
    const [metric] = young.metrics
    const [component] = young.components
    expect(metric?.judgeableFrom).toBe(2)
    expect([...(component?.harm ?? [])]).toEqual([0, 0, ...(metric?.harm.slice(2) ?? [])])
    expect([...(metric?.harm.slice(0, 2) ?? [])]).not.toEqual([0, 0])
  })
})

const none: MetricData = { kind: 'gauge', value: [] }

describe('gatherEvidence of metrics that cannot be judged', () => {
  const recording = recordingOf()
  const policy = policyOf([
    { name: 'errors', kind: 'errors' },
    { name: 'absent', kind: 'latency' },
  ])
  const reasonOf = (change: Partial<Recording>): unknown =>
    gatherEvidence({ ...recording, ...change }, policy, LAST).obstacles.map(({ metric, reason }) => [
      metric.name,
      reason,
    ])
  const problems = [
    { code: 'counter-reset', metric: 'errors', text: 'errors: reset' },
    { code: 'source-down', text: 'the source is down' },
    { code: 'source-timeout', metric: 'absent', text: 'absent: too slow' },
  ] as const

  it('says that a metric is not in the recording', () => {
    const text = 'absent: not in the recording'
    expect(reasonOf({})).toEqual([['absent', { code: 'metric-missing', metric: 'absent', text }]])
    expect(reasonOf({ problems: problems.slice(0, 1) })).toEqual([
      ['absent', { code: 'metric-missing', metric: 'absent', text }],
    ])
    const mixed = {
      code: 'mixed-series',
      metric: 'absent',
      text: 'absent: series differ in cluster',
    } as const
    expect(reasonOf({ problems: [mixed] })).toEqual([
      ['absent', { code: 'metric-missing', metric: 'absent', text }],
    ])
  })

  it('gives the source’s own account: of the metric, else of the whole source', () => {
    expect(reasonOf({ problems })).toEqual([
      ['absent', { code: 'source-timeout', metric: 'absent', text: 'absent: too slow' }],
    ])
    expect(reasonOf({ problems: problems.slice(0, 2) })).toEqual([
      ['absent', { code: 'source-down', metric: 'absent', text: 'the source is down' }],
    ])
  })

  it.each([
    ['errors', 'latency', 'p95'],
    ['latency', 'errors', 'errors'],
    ['conversion', 'errors', 'errors'],
    ['gauge', 'conversion', 'sales'],
    ['errors', 'gauge', 'memory'],
  ])('says that %s were expected where the recording has %s', (kind, other, name) => {
    const wrong = gatherEvidence(recording, policyOf([{ name, kind }]), LAST)
    expect(wrong.metrics).toEqual([])
    expect(wrong.obstacles.map(({ reason }) => reason)).toEqual([
      {
        code: 'metric-missing',
        metric: name,
        text: `${name}: expected ${kind} in the recording, got ${other}`,
      },
    ])
  })

  it('of a winner has both directions, each with half of the chance to be wrong and the margins as written', () => {
    const asked = policyOf(all, { decide: 'winner', falseAbort: '2%', pass: 'fast' })
    const run = gatherEvidence(recording, asked, LAST)
    for (const direction of [run, run.opposite]) {
      expect(direction?.policy).toMatchObject({ falseAbort: 0.01, pass: 'strict', riskProportional: false })
    }
    // the canary has the higher rate of errors, so only one direction shows harm
    const harmOf = (from: RunEvidence | undefined): number =>
      from?.metrics.find(({ policy: { name } }) => name === 'errors')?.harm.at(-1) ?? 0
    expect(harmOf(run)).toBeGreaterThan(5)
    expect(harmOf(run.opposite)).toBeLessThan(0)
    expect(gatherEvidence(recording, policy, LAST).opposite).toBeUndefined()
  })

  it('of a winner knows pods by their first sample, as every rule but `strict`', () => {
    const late = handMade({
      history: 10,
      slices: 22,
      cell: (arm, _, k) => [0, arm === 'canary' && k < 15 ? 0 : 100],
    })
    const warmFrom = (other: object): number =>
      gatherEvidence(
        late,
        policyOf(all.slice(0, 1), { warmup: '3m', ...other }),
        21,
      ).metrics[0]?.canaryCounts.indexOf(1) ?? -1
    expect([warmFrom({ decide: 'winner' }), warmFrom({ pass: 'strict' })]).toEqual([5, 8])
  })
})
