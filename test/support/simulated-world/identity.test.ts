import { describe, expect, test } from 'vitest'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { createWorld } from './create-world.ts'
import { createIdentity, podName, serviceOf, workloadOf } from './identity.ts'
import type { SimulatedSeries } from '../simulated-prometheus/simulated-series.ts'

const letters = '[bcdfghjklmnpqrstvwxz2456789]'

describe('createIdentity', () => {
  test('createIdentity(argo) names both arms alike and distinguishes them by hash', () => {
    const identity = createIdentity('a')
    const { revisions } = identity
    expect(podName(identity, 'canary', 0)).toMatch(new RegExp(`^web-${revisions.canary}-${letters}{5}$`))
    expect(podName(identity, 'stable', 0)).toMatch(new RegExp(`^web-${revisions.stable}-${letters}{5}$`))
    expect(revisions.canary).not.toBe(revisions.stable)
    expect([
      workloadOf(identity, 'stable'),
      serviceOf(identity, 'stable'),
      serviceOf(identity, 'canary'),
    ]).toEqual(['web', 'web-stable', 'web-canary'])
  })

  test('createIdentity(flagger) calls the stable one primary', () => {
    const identity = createIdentity('a', { controller: 'flagger', target: 'checkout', service: 'shop' })
    expect(podName(identity, 'stable', 0)).toMatch(
      new RegExp(`^checkout-primary-${letters}{9}-${letters}{5}$`),
    )
    expect(podName(identity, 'canary', 0)).toMatch(new RegExp(`^checkout-${letters}{10}-${letters}{5}$`))
    expect([serviceOf(identity, 'stable'), serviceOf(identity, 'canary')]).toEqual([
      'shop-primary',
      'shop-canary',
    ])
  })

  test('podName differs from pod to pod and stays for the same pod', () => {
    const identity = createIdentity('a')
    const names = Array.from({ length: 40 }, (_, index) => podName(identity, 'canary', index))
    expect(new Set(names).size).toBe(40)
    expect(podName(createIdentity('a'), 'canary', 7)).toBe(names[7])
  })
})

describe('createWorld for a controller that changes its mind', () => {
  const steps = [{ weight: 10, minutes: 5, pods: 2 }]
  const worldOf = (last: { weight: number; minutes: number; pods: number }) => {
    const recording = simulateRollout({ seed: 3, history: 10, plan: [...steps, last], stablePods: 3 })
    return { recording, ...createWorld({ recording, convention: 'application' }) }
  }
  const before = (series: readonly SimulatedSeries[], at: number): ReadonlyMap<string, unknown> =>
    new Map(
      series.flatMap(({ labels, times, values }): [string, unknown][] => {
        const known = Array.from(times).filter((time) => time <= at).length
        if (known === 0) return []
        return [
          [JSON.stringify(labels), [Array.from(times).slice(0, known), Array.from(values).slice(0, known)]],
        ]
      }),
    )

  test('createWorld(a plan that went on, or was aborted) holds the same samples up to then', () => {
    const promoted = worldOf({ weight: 50, minutes: 5, pods: 4 })
    const aborted = worldOf({ weight: 0, minutes: 5, pods: 0 })
    const then = Date.parse(promoted.recording.start) + 15 * 60_000
    expect(before(aborted.series, then)).toEqual(before(promoted.series, then))
    expect(before(aborted.series, then + 60_000)).not.toEqual(before(promoted.series, then + 60_000))
    const dead = aborted.series.filter(
      ({ labels }) => labels['track'] === 'canary' && labels['app'] === 'web',
    )
    const ours = dead.filter(
      ({ labels, times }) =>
        labels['namespace'] === 'shop' && Array.from(times).some((time) => time > then - 60_000),
    )
    expect(ours.length).toBeGreaterThan(0)
    expect(ours.every(({ staleAt }) => staleAt !== undefined)).toBe(true)
  })
})
