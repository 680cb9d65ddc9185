import { describe, expect, test } from 'vitest'
import { callsOf } from '../controller-log.ts'
import { status } from '../fake-service.ts'
import { flaggerChecksum } from './checksum.ts'
import { bad, eventsOf, held, no, ok, payloads, roll, start, withoutEvents } from './script.ts'

describe('runFlaggerCanary', () => {
  test('retries 503 after what Retry-After says, and not 412, 425 or 501', async () => {
    const answers = [status(503, 'overloaded', { 'Retry-After': '4' }), status(429), ok, status(501)]
    const result = await roll({ rollout: answers, 'confirm-traffic-increase': [ok, held] }, { maxTicks: 4 })
    expect(withoutEvents(result.log).slice(7, 14)).toEqual([
      '2:00 rollout Progressing 503',
      '2:04 rollout Progressing 429',
      '2:06 rollout Progressing 200',
      '2:06 confirm-traffic-increase Progressing 425',
      '3:00 rollback Progressing 409',
      '3:00 rollout Progressing 501',
    ])
    expect(result.failedChecks).toBe(1)
  })

  test.each([
    [201, 0],
    [202, 0],
    [203, 1],
    [204, 1],
    [304, 1],
    [403, 1],
  ])('takes status %i at rollout for %i failed checks', async (code, failedChecks) => {
    const result = await roll({ rollout: [status(code)] }, { maxTicks: 3 })
    expect(result.failedChecks).toBe(failedChecks)
  })

  test('counts a failed pre-rollout and stays at weight 0', async () => {
    const result = await roll({ 'pre-rollout': [status(400)] }, { maxTicks: 3 })
    expect(result).toMatchObject({ phase: 'Progressing', weight: 0, failedChecks: 2 })
  })

  test('sends name, namespace, phase, checksum and the metadata of the hook, and nothing else', async () => {
    const result = await roll()
    const metadata = { policy: 'istio', target: 'web', service: 'web', port: '80', steps: '5,25,50' }
    expect(payloads(result.log, 'rollout')[0]).toEqual({
      name: 'web',
      namespace: 'shop',
      phase: 'Progressing',
      checksum: flaggerChecksum('v2'),
      metadata,
    })
    expect(callsOf(result.log)[0]).toMatchObject({
      method: 'POST',
      url: 'http://flagger:JUDGE_TOKEN@canary-judge.canary-judge:8080/v1/flagger/confirm-rollout',
      headers: { 'Content-Type': 'application/json' },
      timeoutMs: 3000,
    })
    expect(payloads(result.log, 'event')[0]).toEqual({
      name: 'web',
      namespace: 'shop',
      phase: 'Initialized',
      checksum: flaggerChecksum('v1'),
      metadata: {
        ...metadata,
        eventMessage: 'Confirm-rollout check judge-confirm-rollout passed',
        eventType: 'Normal',
        timestamp: String(start),
      },
    })
  })

  test('posts each event to the event hook, in order', async () => {
    const promoted = await roll({ 'confirm-traffic-increase': [ok, held, ok] })
    expect(eventsOf(promoted.log)).toEqual([
      'Confirm-rollout check judge-confirm-rollout passed',
      'New revision detected! Scaling up web.shop',
      'Rollback hook judge-rollback not signaling a rollback',
      'Starting canary analysis for web.shop',
      'Pre-rollout check judge-pre-rollout passed',
      'Confirm-traffic-increase check judge-confirm-traffic-increase passed',
      'Advance web.shop canary weight 5',
      'Rollback hook judge-rollback not signaling a rollback',
      'Halt web.shop advancement waiting for traffic increase approval judge-confirm-traffic-increase',
      'Rollback hook judge-rollback not signaling a rollback',
      'Confirm-traffic-increase check judge-confirm-traffic-increase passed',
      'Advance web.shop canary weight 25',
      'Rollback hook judge-rollback not signaling a rollback',
      'Confirm-traffic-increase check judge-confirm-traffic-increase passed',
      'Advance web.shop canary weight 50',
      'Rollback hook judge-rollback not signaling a rollback',
      'Confirm-traffic-increase check judge-confirm-traffic-increase passed',
      'Confirm-promotion check judge-confirm-promotion passed',
      'Copying web.shop template spec to web-primary.shop',
      'Routing all traffic to primary',
      'Post-rollout check judge-post-rollout passed',
      'Promotion completed! Scaling down web.shop',
    ])
  })

  test('puts the body of a 4xx into the event of a halt, and only the attempts of a 5xx', async () => {
    const result = await roll({ rollout: [bad, status(500, 'a body')], rollback: [no, no, no, ok] })
    const url = 'http://flagger:xxxxx@canary-judge.canary-judge:8080/v1/flagger/rollout'
    expect(eventsOf(result.log).filter((text) => text.startsWith('Halt'))).toEqual([
      'Halt web.shop advancement external check judge-rollout failed fail: errors 5.1% vs 0.5%',
      `Halt web.shop advancement external check judge-rollout failed POST ${url} giving up after 3 attempt(s)`,
    ])
    expect(eventsOf(result.log).slice(-4)).toEqual([
      'Rollback check judge-rollback passed',
      'Rolling back web.shop manual webhook invoked',
      'Canary failed! Scaling down web.shop',
      'Post-rollout check judge-post-rollout passed',
    ])
  })
})
