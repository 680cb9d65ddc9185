import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CallEntry, callsOf } from '../controllers/controller-log.ts'
import { createFakeService, status } from '../controllers/fake-service.ts'
import { runFlaggerCanary, type FlaggerResult } from '../controllers/flagger/flagger.ts'
import { type Canary, hookTypes, maxWeight, readCanary } from '../controllers/flagger/manifests.ts'
import type { Manifest } from '../controllers/manifests.ts'
import { createSimulatedClock } from '../controllers/simulated-clock.ts'
import { kustomizeMissing } from '../support/parts/kustomize.ts'
import { controllerToken, type Service } from '../whole-rollouts/service.ts'
import { start, startJudge } from './judge-for-manifests.ts'
import { manifestSuite } from './manifest-suite.ts'
import { isKnownPolicy, policiesOf, type Rendered, renderAll } from './rendered.ts'
import { flaggerRendering } from './renderings.ts'

const root = 'rollouts/flagger'
const judgeUrl = 'http://flagger:JUDGE_TOKEN@canary-judge.canary-judge:8080'

interface Rolled extends FlaggerResult {
  readonly weights: readonly number[]
  readonly calls: readonly CallEntry[]
}

/** A judge that finds the canary good, or bad from the first look with traffic on. */
async function roll(manifests: readonly Manifest[], verdict: 'pass' | 'fail'): Promise<Rolled> {
  const sample = (value: string) => status(200, JSON.stringify({ data: { result: [{ value: [0, value] }] } }))
  const isBad = verdict === 'fail'
  const script = {
    ...Object.fromEntries(hookTypes.map((type) => [`/v1/flagger/${type}`, [status(200)]])),
    '/v1/flagger/rollout': [isBad ? status(412, 'fail') : status(200)],
    '/v1/flagger/rollback': isBad ? [status(409), status(409), status(200)] : [status(409)],
    '/gate/check': [status(403, 'Forbidden'), status(200, 'Approved')],
    '/rollback/check': [status(403)],
    '/prometheus/api/v1/query': [sample(isBad ? '1' : '0')],
    // Calls to the load tester.
    '/': [status(200)],
  }
  const weights: number[] = []
  const result = await runFlaggerCanary({
    manifests,
    call: createFakeService(script).call,
    clock: createSimulatedClock(start),
    onWeight: (weight) => void weights.push(weight),
    secrets: { 'canary-judge/token': controllerToken },
  })
  return { ...result, weights, calls: callsOf(result.log) }
}

const ofJudge = ({ spec }: Canary) => spec.analysis.webhooks.filter(({ name }) => name.startsWith('judge-'))
const asksByMetrics = ({ name }: Rendered): boolean => name.endsWith('metric-template')

describe.skipIf(kustomizeMissing() !== undefined)('the kustomizations of rollouts/flagger', () => {
  let all: readonly Rendered[] = []
  let rendered: readonly Rendered[] = []
  let service: Service
  const clock = createSimulatedClock(start)
  const canaries = () => rendered.map((each) => ({ ...each, canary: readCanary(each.manifests) }))
  const withHooks = () => canaries().filter((each) => !asksByMetrics(each))
  beforeAll(async () => {
    all = await renderAll(root, flaggerRendering)
    rendered = all.filter(({ manifests }) => manifests.some(({ kind }) => kind === 'Canary'))
    service = await startJudge(policiesOf(root), clock)
  }, 120_000)
  afterAll(() => service?.[Symbol.asyncDispose]())

  manifestSuite(root, flaggerRendering, () => all)

  test('each promotes a canary that the judge finds good', async () => {
    for (const { name, manifests } of rendered) {
      const { phase, weights } = await roll(manifests, 'pass')
      expect([name, phase, weights.at(-1) ?? 0]).toEqual([name, 'Succeeded', 0])
    }
  })

  test('each takes a canary back that the judge finds bad', async () => {
    for (const { name, manifests } of rendered) {
      const { phase, weights } = await roll(manifests, 'fail')
      expect([name, phase, weights.at(-1) ?? 0]).toEqual([name, 'Failed', 0])
    }
  })

  test('the service takes each call, with the token from the address or the Secret', async () => {
    const statuses = new Set<string>()
    for (const { name, manifests } of rendered) {
      // Each has a rollout of its own.
      await clock.wait(60_000)
      const { calls } = await roll(manifests, 'pass')
      const asked = calls.filter(({ url }) => new URL(url).pathname !== '/')
      const distinct = new Map(asked.map((call) => [`${call.purpose} ${call.url}`, call])).values()
      for (const { method, url, headers, body, purpose } of distinct) {
        const basic = `Basic ${Buffer.from(`flagger:${controllerToken}`).toString('base64')}`
        const auth = url.includes('JUDGE_TOKEN@') ? { Authorization: basic } : {}
        const request = {
          method: z.enum(['GET', 'POST']).parse(method),
          headers: { ...headers, ...auth },
          body,
          timeoutMs: 10_000,
        }
        const reply = await service.call(url.replace(/\/\/[^@/]*@/, '//'), request)
        if ('failure' in reply) throw new Error(`${name}: ${purpose}: ${reply.failure}`)
        statuses.add(`${new URL(url).pathname} ${reply.status}`)
      }
    }
    expect([...statuses].toSorted()).toEqual([
      '/gate/check 403',
      '/prometheus/api/v1/query 200',
      '/rollback/check 403',
      '/v1/flagger/confirm-promotion 425',
      '/v1/flagger/confirm-rollout 200',
      '/v1/flagger/confirm-traffic-increase 200',
      '/v1/flagger/event 200',
      '/v1/flagger/post-rollout 200',
      '/v1/flagger/pre-rollout 200',
      '/v1/flagger/rollback 409',
      '/v1/flagger/rollout 200',
    ])
  }, 60_000)

  test('each wires every type of hook once, to its own path, with the same metadata', () => {
    for (const { name, canary } of withHooks()) {
      const hooks = ofJudge(canary)
      expect([name, hooks.map(({ type }) => type).toSorted()]).toEqual([name, [...hookTypes].toSorted()])
      for (const hook of hooks) {
        expect(hook).toMatchObject({ url: `${judgeUrl}/v1/flagger/${hook.type}`, name: `judge-${hook.type}` })
        expect([name, hook.metadata]).toEqual([name, hooks[0]?.metadata])
      }
    }
  })

  test('each says the target, the Service, its port, the steps and a policy that there is', () => {
    for (const { name, canary } of withHooks()) {
      const { targetRef, service: served, analysis } = canary.spec
      const { policy = '', ...metadata } = ofJudge(canary)[0]?.metadata ?? {}
      const isChosen = ['ab-testing', 'session-affinity'].some((folder) => name.endsWith(folder))
      expect([name, 'selected' in metadata]).toEqual([name, isChosen])
      expect([name, isKnownPolicy(policy, root)]).toEqual([name, true])
      expect([name, metadata]).toMatchObject([
        name,
        {
          target: targetRef.name,
          service: served.name ?? targetRef.name,
          port: String(served.port),
          steps: analysis.stepWeights?.join(',') ?? '50',
        },
      ])
    }
  })

  test('each that counts checks says how long its only step is, and checks until step and hold are over', () => {
    const counting = withHooks().filter(({ canary }) => canary.spec.analysis.iterations !== undefined)
    expect(counting.map(({ folder }) => folder)).toEqual(
      expect.arrayContaining([`${root}/ab-testing`, `${root}/kubernetes`]),
    )
    for (const { name, canary } of counting) {
      const { minutes } = ofJudge(canary)[0]?.metadata ?? {}
      const [hold, beyond] = [10, 4]
      expect([name, canary.spec.analysis.iterations]).toEqual([name, Number(minutes) + hold + beyond])
    }
  })

  test('each ends at 50 %, where both versions still have traffic, and leaves the metrics to the judge', () => {
    for (const { name, canary } of canaries()) {
      const { iterations, metrics } = canary.spec.analysis
      const isSplit = iterations !== undefined || maxWeight(canary.spec.analysis) <= 50
      expect([name, isSplit]).toEqual([name, true])
      const templates = metrics.map(({ templateRef }) => templateRef.name)
      expect([name, templates]).toEqual([
        name,
        asksByMetrics({ name, folder: '', manifests: [] }) ? ['canary-judge'] : [],
      ])
    }
  })

  test('each keeps the hooks of the judge in one tick shorter than the interval, retries included', () => {
    for (const { name, canary } of canaries()) {
      const sum = ofJudge(canary).reduce((ms, { timeout, retries }) => ms + timeout * (retries + 1), 0)
      expect([name, sum < canary.spec.analysis.interval]).toEqual([name, true])
    }
  })

  test('each gives hooks that judge more time than the 8 s of the judge, and is quiet while it waits', () => {
    for (const { name, canary } of withHooks()) {
      const hookOf = (type: string) => ofJudge(canary).find((hook) => hook.type === type)
      for (const type of ['rollout', 'confirm-traffic-increase', 'confirm-promotion'])
        expect([name, (hookOf(type)?.timeout ?? 0) > 8000]).toEqual([name, true])
      const quiet = [hookOf('rollout')?.retries, hookOf('confirm-traffic-increase')?.muteAlert]
      expect([name, ...quiet]).toEqual([name, 2, true])
    }
  })

  test('a gate that a person has not opened holds the promotion', async () => {
    const gated = rendered.find(({ name }) => name.endsWith('manual-approval with istio'))
    const { calls } = await roll(gated?.manifests ?? [], 'pass')
    const checks = calls.filter(({ url }) => url.endsWith('/gate/check')).map(({ result }) => result)
    expect(checks).toEqual([403, 200])
  })
})
