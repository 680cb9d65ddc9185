import { describe, expect, test } from 'vitest'
import { exchangeArms } from '../../../../src/engine/decision/winner/exchange-arms.ts'
import type { Arm, MetricData, Recording, Sample } from '../../../../src/engine/model/recording.ts'
import { aggregateArms } from '../../../../src/simulate/aggregate-arms.ts'
import { simulateRollout } from '../../../../src/simulate/simulate-rollout.ts'

const [history, minutes] = [3, 4]
const rollout = simulateRollout({
  seed: 1,
  history,
  stablePods: 3,
  plan: [{ weight: 30, minutes, pods: 2 }],
})

/** The requests of every pod of an arm, by slice. */
function requests({ pods, metrics }: Recording, arm: Arm): readonly (readonly Sample[])[] {
  const data: MetricData | undefined = metrics['errors']
  if (data?.kind !== 'errors') throw new Error('expected errors')
  return pods.flatMap((pod, row) => (pod.arm === arm ? [data.total[row] ?? []] : []))
}

const since = (rows: readonly (readonly Sample[])[]) => rows.map((row) => row.slice(history))
const before = (rows: readonly (readonly Sample[])[]) => rows.map((row) => row.slice(0, history))
const isNothing = (row: readonly Sample[]): boolean => row.every((sample) => sample === null)

describe('exchangeArms', () => {
  const exchanged = exchangeArms(rollout)

  test('the canary of the rollout is stable, and stable is the canary', () => {
    expect(since(requests(exchanged, 'canary'))).toEqual(since(requests(rollout, 'stable')))
    expect(since(requests(exchanged, 'stable')).filter((row) => !isNothing(row))).toEqual(
      since(requests(rollout, 'canary')),
    )
  })

  test('the history is still that of stable', () => {
    expect(before(requests(exchanged, 'canary')).every(isNothing)).toBe(true)
    expect(before(requests(exchanged, 'stable')).filter((row) => !isNothing(row))).toEqual(
      before(requests(rollout, 'stable')),
    )
  })

  test('where only arms are known, stable’s history and the canary’s rollout are one row', () => {
    const arms = aggregateArms(rollout)
    const other = exchangeArms(arms)
    expect(other.pods).toHaveLength(2)
    const [stable = []] = requests(other, 'stable')
    const [own = []] = requests(arms, 'stable')
    const [canary = []] = requests(arms, 'canary')
    expect(stable).toEqual([...own.slice(0, history), ...canary.slice(history)])
    expect(since(requests(other, 'canary'))).toEqual(since(requests(arms, 'stable')))
  })

  test('a stable arm without a canary beside it keeps its history', () => {
    const arms = aggregateArms(rollout)
    const alone: Recording = {
      ...arms,
      pods: arms.pods.slice(0, 1),
      metrics: {
        errors: { kind: 'errors', bad: [[1, 2, 3, 4, 5, 6, 7]], total: [[10, 20, 30, 40, 50, 60, 70]] },
      },
    }
    const other = exchangeArms(alone)
    expect(requests(other, 'canary')).toEqual([[null, null, null, 40, 50, 60, 70]])
    expect(requests(other, 'stable')).toEqual([[10, 20, 30, null, null, null, null]])
  })

  test('every kind of metric keeps its shape, a pod without the metric stays without it', () => {
    const { p95, latency = p95 } = exchanged.metrics
    if (latency?.kind !== 'latency') throw new Error('expected latency')
    expect(latency.above).toHaveLength(exchanged.pods.length)
    expect(latency.above[0]).toHaveLength(latency.bounds.length)
    const missing: Recording = {
      ...rollout,
      metrics: { memory: { kind: 'gauge', value: rollout.pods.map(() => null) } },
    }
    expect(exchangeArms(missing).metrics['memory']).toEqual({
      kind: 'gauge',
      value: exchangeArms(missing).pods.map(() => null),
    })
  })

  test('stable gets the rest of the traffic as its weight', () => {
    expect(exchanged.steps?.map(({ weight }) => weight)).toEqual([70])
  })
})
