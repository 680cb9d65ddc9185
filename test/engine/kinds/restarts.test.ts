import { describe, expect, test } from 'vitest'
import { analyze } from '../../../src/engine/analyze.ts'
import type { Recording, Sample } from '../../../src/engine/model/recording.ts'
import type { Verdict } from '../../../src/engine/model/verdict.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { policyOf } from '../made/recordings.ts'

const policy = policyOf([
  { name: 'errors', kind: 'errors' },
  { name: 'restarts', kind: 'restarts' },
])
/** A canary of one pod with 5,000 requests a second, which passes when it has no restarts. */
const healthy = simulateRollout({
  seed: 'restarts',
  history: 60,
  plan: [{ weight: 25, minutes: 10, pods: 1 }],
  stablePods: 9,
  traffic: { rps: 5000, podSd: 0 },
  metrics: { errors: 'errors' },
})

/** The recording with restarts of canary-1 and of each pod of stable in these minutes of the rollout. */
function withRestarts(canary: readonly number[], stable: readonly number[] = []): Recording {
  const { errors } = healthy.metrics
  const restarts = healthy.pods.map(({ arm }, j) => {
    const total = errors?.kind === 'errors' ? (errors.total[j] ?? []) : []
    const minutes = arm === 'canary' ? canary : stable
    return total.map((sample, k): Sample => (sample === null ? null : minutes.includes(k - 60) ? 1 : 0))
  })
  return { ...healthy, metrics: { ...healthy.metrics, restarts: { kind: 'restarts', restarts } } }
}

const reasonOf = ({ reasons }: Verdict): string | undefined =>
  reasons.find(({ code }) => code === 'restarting')?.text

describe('restarts', () => {
  test.each([
    ['none', [], []],
    ['one in each arm', [5], [6]],
    ['two while a new pod starts', [0, 1], []],
    ['as many in every pod of stable, as when a database is away', [5, 6, 7, 8], [5, 6, 7, 8]],
  ])('analyze(%s) passes', (_, canary, stable) => {
    expect(analyze(withRestarts(canary, stable), policy).summary).toMatch(/^pass/)
  })

  test('analyze(two past the warm-up, none in stable) holds the pass that errors alone would give, and says why', () => {
    const verdict = analyze(withRestarts([4, 7]), policy)
    expect(analyze(withRestarts([4, 7]), policyOf([{ name: 'errors', kind: 'errors' }])).judged).toBe('pass')
    expect(verdict.judged).toBe('inconclusive')
    expect(verdict.summary).toBe(
      'inconclusive: restarts: 2 restarts of 1 canary pod, 0 restarts of 9 stable pods',
    )
    expect(reasonOf(verdict)).toBe('restarts: 2 restarts of 1 canary pod, 0 restarts of 9 stable pods')
  })

  test('analyze(two in the last minutes) holds a step whose margins were shown before', () => {
    const balanced = { ...policy, pass: 'balanced' as const }
    expect(analyze(withRestarts([]), balanced).judged).toBe('pass')
    expect(analyze(withRestarts([7, 9]), balanced).judged).toBe('inconclusive')
  })

  test('analyze(again and again) fails, with the numbers of the look that did', () => {
    const verdict = analyze(withRestarts([3, 4, 6, 7, 8, 9]), policy)
    expect(verdict.summary).toBe(
      'fail: at 11:08 restarts: the canary restarts again and again, 4 restarts of 1 canary pod, 0 restarts of 9 stable pods',
    )
  })

  test('analyze(watched) lets them stop nothing', () => {
    const watched = policyOf([
      { name: 'errors', kind: 'errors' },
      { name: 'restarts', kind: 'restarts', watch: true },
    ])
    expect(analyze(withRestarts([3, 4, 6, 7, 8, 9]), watched).judged).toBe('pass')
  })
})
