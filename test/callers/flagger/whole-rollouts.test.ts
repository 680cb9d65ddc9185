import { expect, test } from 'vitest'
import { callOverHttp } from '../../controllers/call-over-http.ts'
import type { Call } from '../../controllers/call.ts'
import { callsOf } from '../../controllers/controller-log.ts'
import { runFlaggerCanary } from '../../controllers/flagger/flagger.ts'
import { readManifests } from '../../controllers/manifests.ts'
import { minute, rolloutStart } from '../../support/service/run-judge.ts'
import { type FlaggerRollout, quickPolicy, runFlagger, token } from './flagger-caller.ts'

const manifests = readManifests(['rollouts/flagger/base/canary.yaml'])
/** The default rule; three steps of three minutes end before the fixture ends. */
const policy = quickPolicy()
  .replace('name: web', 'name: istio')
  .replace('pass: strict\n', '')
  .replace('step: 5m', 'step: 3m')

/** Rolls out the Canary of rollouts/ with the model of Flagger. confirm-rollout comes a minute before the data. */
async function roll(running: FlaggerRollout, maxTicks = 18) {
  const { clock, url } = running
  clock.ms = rolloutStart - minute + 20_000
  const overHttp = callOverHttp(url)
  const call: Call = (to, { headers, ...request }) =>
    overHttp(to, { ...request, headers: { ...headers, Authorization: `Bearer ${token}` } })
  const weights: number[] = []
  const wait = async (ms: number): Promise<void> => {
    clock.ms += ms
  }
  const result = await runFlaggerCanary({
    manifests,
    call,
    clock: { now: () => clock.ms, wait },
    onWeight: (weight) => void weights.push(weight),
    maxTicks,
  })
  const { items } = await running.store.listRuns({ limit: 10 })
  return { ...result, weights, runs: items }
}

test('Flagger with the Canary of rollouts/ promotes a good canary through all weights', async () => {
  await using running = await runFlagger({ policy })
  const { phase, weights, failedChecks, runs, log } = await roll(running)
  expect({ phase, weights, failedChecks }).toEqual({
    phase: 'Succeeded',
    weights: [5, 25, 50, 0],
    failedChecks: 0,
  })
  expect(runs).toMatchObject([{ ending: 'promoted', gates: 3, policy: 'istio' }])
  const steps = await running.store.listSteps(runs[0]?.id ?? '')
  expect(steps.map(({ weight, next, passedAt }) => [weight, next, passedAt !== undefined])).toEqual([
    [5, 25, true],
    [25, 50, true],
    [50, 100, true],
  ])
  const statuses = new Set(callsOf(log).map(({ purpose, result }) => `${purpose} ${result}`))
  expect(statuses).toEqual(
    new Set([
      'confirm-rollout 200',
      'pre-rollout 200',
      'rollback 409',
      'rollout 200',
      'confirm-traffic-increase 200',
      'confirm-traffic-increase 425',
      'confirm-promotion 200',
      'post-rollout 200',
      'event 200',
    ]),
  )
})

test('Flagger with the Canary of rollouts/ rolls back a bad canary a tick after its first failed check', async () => {
  await using running = await runFlagger({
    fixture: 'errors-x10',
    policy: policy.replace('tolerance: 4, margin: 8', 'tolerance: 1'),
  })
  const { phase, weights, runs, log } = await roll(running)
  expect({ phase, weights }).toEqual({ phase: 'Failed', weights: [5, 0] })
  const hooks = callsOf(log).filter(({ purpose }) => purpose !== 'event')
  expect(hooks.slice(-4).map(({ purpose, result }) => `${purpose} ${result}`)).toEqual([
    'rollback 409',
    'rollout 412',
    'rollback 200',
    'post-rollout 200',
  ])
  expect(runs).toMatchObject([{ ending: 'aborted' }])
  expect(runs[0]?.firstFailAt).toBeGreaterThan(rolloutStart)
  const event = callsOf(log).find(({ line }) => line.includes('external check judge-rollout failed'))
  expect(event?.line).toMatch(/failed fail: .*errors/)
})

test('Flagger with the Canary of rollouts/ starts a canary that gets no traffic, and waits at its first weight', async () => {
  await using running = await runFlagger({ fixture: 'no-canary-data', policy })
  const { phase, weights, failedChecks, runs } = await roll(running, 12)
  expect({ phase, weights, failedChecks }).toEqual({ phase: 'Progressing', weights: [5], failedChecks: 0 })
  expect(runs).toMatchObject([{ revision: expect.any(String) }])
})
