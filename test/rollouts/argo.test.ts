import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { argoRequestSchema, toJudgeRequest } from '../../src/callers/argo/request.ts'
import type { JudgeRequest } from '../../src/judge/model/judge-request.ts'
import { runArgoRollout, type ArgoResult } from '../controllers/argo/argo.ts'
import { readIstioRollout } from '../controllers/argo/istio.ts'
import { type CallEntry, callsOf } from '../controllers/controller-log.ts'
import { argoReply } from '../controllers/fake-service.ts'
import type { Manifest } from '../controllers/manifests.ts'
import { createSimulatedClock } from '../controllers/simulated-clock.ts'
import { kustomizeMissing } from '../support/parts/kustomize.ts'
import { controllerToken, type Service } from '../whole-rollouts/service.ts'
import { startJudge } from './judge-for-manifests.ts'
import { manifestSuite } from './manifest-suite.ts'
import { isKnownPolicy, policiesOf, type Rendered, renderAll } from './rendered.ts'
import { argoRendering } from './renderings.ts'

const root = 'rollouts/argo'

interface Rolled extends ArgoResult {
  readonly weights: readonly number[]
  readonly calls: readonly CallEntry[]
  readonly requests: readonly JudgeRequest[]
}

async function roll(
  manifests: readonly Manifest[],
  verdict: 'pass' | 'fail' | 'inconclusive',
): Promise<Rolled> {
  const weights: number[] = []
  const result = await runArgoRollout({
    manifests,
    call: () => Promise.resolve(argoReply(verdict)),
    clock: createSimulatedClock(0),
    onWeight: (weight) => void weights.push(weight),
    stableHash: '6b8d7c5f4b',
    canaryHash: '79c4bfb5d',
    secrets: { 'canary-judge/token': controllerToken },
  })
  const calls = callsOf(result.log)
  const bodies = [...new Set(calls.map(({ body }) => body))]
  const requests = bodies.map((body) => toJudgeRequest(argoRequestSchema.parse(JSON.parse(body))))
  return { ...result, weights, calls, requests }
}

/** The default hold of a policy in minutes, and the number of looks after the end of a step. */
const [hold, beyond] = [10, 4]

describe.skipIf(kustomizeMissing() !== undefined)('the kustomizations of rollouts/argo', () => {
  let all: readonly Rendered[] = []
  let rendered: readonly Rendered[] = []
  let service: Service
  beforeAll(async () => {
    all = await renderAll(root, argoRendering)
    // The base alone does not say where the weights go.
    rendered = all.filter(
      ({ name, manifests }) =>
        manifests.some(({ kind }) => kind === 'Rollout') && name !== 'rollouts/argo/base',
    )
    service = await startJudge(policiesOf(root))
  }, 120_000)
  afterAll(() => service?.[Symbol.asyncDispose]())

  manifestSuite(root, argoRendering, () => all)

  const isDry = ({ name }: Rendered): boolean => name.includes('/dry-run')

  test('each promotes a canary that passes, and ends at 100 %', async () => {
    for (const each of rendered) {
      const { phase, weights } = await roll(each.manifests, 'pass')
      expect([each.name, phase, weights.at(-1)]).toEqual([each.name, 'Healthy', 100])
      expect(weights).toEqual([...weights].toSorted((a, b) => a - b))
    }
  })

  test('each aborts a canary that fails, at its first weight, but in a dry run', async () => {
    for (const each of rendered) {
      const { phase, weights } = await roll(each.manifests, 'fail')
      // A blue-green canary fails before it has a weight.
      const end = isDry(each) ? ['Healthy', 100] : ['Degraded', 0]
      expect([each.name, phase, weights.at(-1) ?? 0]).toEqual([each.name, ...end])
      expect([each.name, isDry(each) || weights.length <= 2]).toEqual([each.name, true])
    }
  })

  test('each waits for a person where the judge never knows', async () => {
    for (const each of rendered) {
      const { phase } = await roll(each.manifests, 'inconclusive')
      expect([each.name, phase]).toEqual([each.name, isDry(each) ? 'Healthy' : 'Paused'])
    }
  })

  test('the service answers each request with 200', async () => {
    let asked = 0
    for (const { name, manifests } of rendered) {
      const { calls } = await roll(manifests, 'pass')
      for (const { method, url, headers, body } of new Map(calls.map((call) => [call.body, call])).values()) {
        const request = { method: z.enum(['POST']).parse(method), headers, body, timeoutMs: 15_000 }
        const reply = await service.call(url, request)
        expect([name, 'failure' in reply ? reply : reply.status]).toEqual([name, 200])
        asked += 1
      }
    }
    expect(asked).toBeGreaterThan(30)
  }, 60_000)

  test('each asks for a policy that there is, and long enough for the hold after a step', async () => {
    for (const { name, manifests } of rendered) {
      const { requests } = await roll(manifests, 'pass')
      expect([name, requests.length]).not.toEqual([name, 0])
      for (const { policy = '', step, planned } of requests) {
        expect([name, policy, isKnownPolicy(policy, root)]).toEqual([name, policy, true])
        const { minutes = 0, looks = 0 } = step ?? planned ?? {}
        expect([name, minutes > 0, looks]).toEqual([name, true, minutes + hold + beyond])
      }
    }
  })

  test('each has in its plan exactly the weights that it analyses', async () => {
    for (const { name, manifests } of rendered) {
      const { requests, log } = await roll(manifests, 'pass')
      const planned = requests.flatMap((request) => request.planned ?? [])
      if (planned.length === 0) continue
      const indexes = planned.map(({ callerIndex }) => callerIndex)
      expect([name, indexes]).toEqual([name, [...new Set(indexes)].toSorted((a, b) => a - b)])
      const [plan] = planned
      expect([name, planned.length]).toEqual([name, plan?.weights.length])
      const set = new Set(log.flatMap(({ line }) => /^weight (\d+)$/.exec(line)?.[1] ?? []).map(Number))
      expect([name, plan?.weights.filter((weight) => weight > 0 && !set.has(weight))]).toEqual([name, []])
      const known = planned.flatMap(({ weight }) => weight ?? [])
      expect([name, name.includes('no-router') ? [] : plan?.weights]).toEqual([name, known])
    }
  })

  test('each asks once where the first answer is a pass, but before 1.8', async () => {
    for (const { name, manifests } of rendered) {
      const { analysisRuns } = await roll(manifests, 'pass')
      const asked = analysisRuns.map(({ measurements }) => measurements.length).filter((count) => count > 0)
      // The analysis after the promotion of a blue-green Rollout only watches, and takes all its looks.
      const more = name.endsWith('/blue-green') ? [1, 10] : asked.map(() => 1)
      expect([name, asked]).toEqual([name, name.includes('v1.7') ? [24, 24, 24] : more])
    }
  })

  test('istio-host is what the tests of the models read without kustomize', () => {
    const istio = rendered.find(({ name }) => name === 'rollouts/argo/istio-host')
    for (const { kind, name, document } of readIstioRollout()) {
      const same = istio?.manifests.find((one) => one.kind === kind && one.name === name)
      expect(same?.document).toEqual(document)
    }
  })

  test('only the analysis of mirrored requests says that they are chosen', async () => {
    for (const { name, manifests } of rendered) {
      const { requests } = await roll(manifests, 'pass')
      const chosen = requests.flatMap(({ selected }) => selected ?? [])
      const expected = name.includes('mirror') ? ['GET requests, mirrored'] : []
      expect([name, chosen]).toEqual([name, expected])
    }
  })

  test('a smoke test that fails ends the rollout before the canary gets any traffic', async () => {
    const smoke = rendered.find(({ name }) => name === 'rollouts/argo/smoke-test')
    const weights: number[] = []
    const { phase } = await runArgoRollout({
      manifests: smoke?.manifests ?? [],
      call: () => Promise.reject(new Error('the judge is asked')),
      clock: createSimulatedClock(0),
      onWeight: (weight) => void weights.push(weight),
      stableHash: 'a',
      canaryHash: 'b',
      job: 'Failed',
    })
    expect([phase, weights]).toEqual(['Degraded', [0]])
  })
})
