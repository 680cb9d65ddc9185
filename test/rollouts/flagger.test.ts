import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hookTypes, maxWeight, readCanary } from '../controllers/flagger-manifests.ts'
import { readManifests } from '../controllers/manifests.ts'

const canary = readCanary(readManifests(['rollouts/flagger/canary.yaml']))
const { targetRef, service, analysis } = canary.spec
const hookOf = (type: string) => analysis.webhooks.find((hook) => hook.type === type)

describe('rollouts/flagger/canary.yaml', () => {
  test('wires each type of hook once, to its own path', () => {
    expect(analysis.webhooks.map(({ type }) => type).sort()).toEqual([...hookTypes].sort())
    for (const { type, url, name } of analysis.webhooks) {
      expect(url).toBe(`http://canary-judge.canary-judge:8080/v1/flagger/${type}`)
      expect(name).toBe(`judge-${type}`)
    }
  })

  test('tells every hook the policy, the target, the Service, its port and the steps', () => {
    for (const { metadata } of analysis.webhooks)
      expect(metadata).toEqual({
        policy: 'istio',
        target: targetRef.name,
        service: service.name ?? targetRef.name,
        port: String(service.port),
        steps: analysis.stepWeights?.join(','),
      })
  })

  test('asks for a policy that is bundled', () => {
    expect(existsSync(`policies/${hookOf('rollout')?.metadata?.['policy']}.yaml`)).toBe(true)
  })

  test('ends at 50 %, where both versions still have traffic', () => {
    expect(analysis.stepWeights).toEqual([5, 25, 50])
    expect(maxWeight(analysis)).toBeLessThanOrEqual(50)
  })

  test('lets the judge alone look at metrics', () => {
    expect(analysis.metrics).toEqual([])
  })

  test('keeps the hooks of one tick shorter than the interval, retries included', () => {
    const sum = analysis.webhooks.reduce((ms, { timeout, retries }) => ms + timeout * (retries + 1), 0)
    expect(sum).toBeLessThan(analysis.interval)
  })

  test('gives hooks that judge more time than the 8 s within which the judge answers', () => {
    for (const type of ['rollout', 'confirm-traffic-increase', 'confirm-promotion'])
      expect(hookOf(type)?.timeout).toBeGreaterThan(8000)
  })

  test('retries rollout twice, and is quiet while waiting for evidence', () => {
    expect(hookOf('rollout')?.retries).toBe(2)
    expect(hookOf('confirm-traffic-increase')?.muteAlert).toBe(true)
    expect(hookOf('confirm-promotion')?.muteAlert).toBe(false)
  })
})
