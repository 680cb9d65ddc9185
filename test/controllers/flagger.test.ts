import { describe, expect, test } from 'vitest'
import type { Reply, NoReply } from './call.ts'
import { callsOf, toLines } from './controller-log.ts'
import type { LogEntry } from './controller-log.ts'
import { createFakeService, status, times } from './fake-service.ts'
import { flaggerChecksum } from './flagger-checksum.ts'
import { createFlagger, runFlaggerCanary } from './flagger.ts'
import type { FlaggerOptions, FlaggerResult } from './flagger.ts'
import { readManifests } from './manifests.ts'
import { createSimulatedClock } from './simulated-clock.ts'

const start = Date.parse('2026-11-20T10:00:00Z')
const manifests = readManifests(['rollouts/flagger/canary.yaml'])
const ok = status(200)
const held = status(425, 'held: not enough canary traffic yet')
const no = status(409, 'no reason to roll back')
const bad = status(412, 'fail: errors 5.1% vs 0.5%')

type Script = Readonly<Record<string, readonly (Reply | NoReply)[]>>

/** A judge that lets everything through, with these changes by hook. */
function scripted(change: Script = {}): Record<string, readonly (Reply | NoReply)[]> {
  const hooks: Script = {
    'confirm-rollout': [ok],
    'pre-rollout': [ok],
    rollback: [no],
    rollout: [ok],
    'confirm-traffic-increase': [ok],
    'confirm-promotion': [ok],
    'post-rollout': [ok],
    event: [ok],
    ...change,
  }
  return Object.fromEntries(Object.entries(hooks).map(([hook, answers]) => [`/v1/flagger/${hook}`, answers]))
}

const optionsFor = (script: Script, change: Partial<FlaggerOptions> = {}): FlaggerOptions => ({
  manifests,
  call: createFakeService(scripted(script)).call,
  clock: createSimulatedClock(start),
  onWeight: () => undefined,
  ...change,
})

const roll = (script: Script = {}, change: Partial<FlaggerOptions> = {}): Promise<FlaggerResult> =>
  runFlaggerCanary(optionsFor(script, change))

/** Events are many and tested on their own. */
const withoutEvents = (log: readonly LogEntry[]): readonly string[] =>
  toLines(
    log.filter((entry) => entry.kind === 'deed' || entry.purpose !== 'event'),
    start,
  )

const eventsOf = (log: readonly LogEntry[]): readonly string[] =>
  callsOf(log)
    .filter(({ purpose }) => purpose === 'event')
    .map(({ line }) => line.replace(/^event "(.*)" 200$/, '$1'))

const payloads = (log: readonly LogEntry[], hook: string): readonly unknown[] =>
  callsOf(log)
    .filter(({ purpose }) => purpose === hook)
    .map(({ body }): unknown => JSON.parse(body))

describe('runFlaggerCanary', () => {
  test('promotes a healthy canary', async () => {
    const weights: number[] = []
    const onWeight = (weight: number): void => {
      weights.push(weight)
    }
    const script = { 'confirm-traffic-increase': [ok, held, ok, ok, ok] }
    const result = await roll(script, { onWeight })
    expect(withoutEvents(result.log)).toEqual([
      '0:00 confirm-rollout Initialized 200',
      '0:00 phase Progressing',
      '1:00 rollback Progressing 409',
      '1:00 pre-rollout Progressing 200',
      '1:00 confirm-traffic-increase Progressing 200',
      '1:00 weight 5',
      '2:00 rollback Progressing 409',
      '2:00 rollout Progressing 200',
      '2:00 confirm-traffic-increase Progressing 425',
      '3:00 rollback Progressing 409',
      '3:00 rollout Progressing 200',
      '3:00 confirm-traffic-increase Progressing 200',
      '3:00 weight 25',
      '4:00 rollback Progressing 409',
      '4:00 rollout Progressing 200',
      '4:00 confirm-traffic-increase Progressing 200',
      '4:00 weight 50',
      '5:00 rollback Progressing 409',
      '5:00 rollout Progressing 200',
      '5:00 confirm-traffic-increase Progressing 200',
      '5:00 confirm-promotion Progressing 200',
      '5:00 phase Promoting',
      '6:00 weight 0',
      '6:00 phase Finalising',
      '7:00 phase Succeeded',
      '7:00 post-rollout Succeeded 200',
    ])
    expect(weights).toEqual([5, 25, 50, 0])
    expect(result).toMatchObject({ phase: 'Succeeded', weight: 0, failedChecks: 0, alerts: [] })
  })

  test('rolls a failing canary back in the tick after the rollback hook passes', async () => {
    const result = await roll({ rollout: [ok, bad], rollback: [no, no, no, ok] })
    expect(withoutEvents(result.log).slice(6)).toEqual([
      '2:00 rollback Progressing 409',
      '2:00 rollout Progressing 200',
      '2:00 confirm-traffic-increase Progressing 200',
      '2:00 weight 25',
      '3:00 rollback Progressing 409',
      '3:00 rollout Progressing 412',
      '4:00 rollback Progressing 200',
      '4:00 weight 0',
      '4:00 phase Failed',
      '4:00 post-rollout Failed 200',
    ])
    expect(result.alerts).toEqual(['Rolling back manual webhook invoked'])
  })

  test('counts failed checks over the whole rollout, and rolls back in the tick after the threshold', async () => {
    // Ten failures with passes between: nothing forgets them.
    const rollout = [...times(9, [bad, ok]).flat(), bad, ok]
    const result = await roll({ rollout, 'confirm-traffic-increase': [ok, held] })
    expect(withoutEvents(result.log).slice(-8)).toEqual([
      '19:00 rollout Progressing 200',
      '19:00 confirm-traffic-increase Progressing 425',
      '20:00 rollback Progressing 409',
      '20:00 rollout Progressing 412',
      '21:00 rollback Progressing 409',
      '21:00 weight 0',
      '21:00 phase Failed',
      '21:00 post-rollout Failed 200',
    ])
    expect(result.alerts).toEqual(['Failed checks threshold reached 10'])
  })

  test('keeps the weight and waits without an end while the judge cannot tell', async () => {
    const result = await roll({ 'confirm-traffic-increase': [ok, held] }, { maxTicks: 120 })
    expect(withoutEvents(result.log).slice(-3)).toEqual([
      '119:00 rollback Progressing 409',
      '119:00 rollout Progressing 200',
      '119:00 confirm-traffic-increase Progressing 425',
    ])
    // muteAlert: a message a minute for two hours would be read by nobody.
    expect(result).toMatchObject({ phase: 'Progressing', weight: 5, failedChecks: 0, alerts: [] })
  })

  test('counts one failed check per tick while the service is down, after two retries', async () => {
    const down = { failure: 'connect ECONNREFUSED' }
    const result = await roll({ rollout: [down], rollback: [no, down] })
    const lines = withoutEvents(result.log)
    expect(lines.slice(6, 11)).toEqual([
      '2:00 rollback Progressing connect ECONNREFUSED',
      '2:00 rollout Progressing connect ECONNREFUSED',
      '2:01 rollout Progressing connect ECONNREFUSED',
      '2:03 rollout Progressing connect ECONNREFUSED',
      '3:00 rollback Progressing connect ECONNREFUSED',
    ])
    expect(lines.slice(-4)).toEqual([
      '12:00 rollback Progressing connect ECONNREFUSED',
      '12:00 weight 0',
      '12:00 phase Failed',
      '12:00 post-rollout Failed 200',
    ])
  })

  test('does not start a canary while nobody answers', async () => {
    const down = { failure: 'connect ECONNREFUSED' }
    const result = await roll({ 'confirm-rollout': [down, down, ok] }, { maxTicks: 4 })
    expect(withoutEvents(result.log).slice(0, 5)).toEqual([
      '0:00 confirm-rollout Initialized connect ECONNREFUSED',
      '0:00 phase Waiting',
      '1:00 confirm-rollout Waiting connect ECONNREFUSED',
      '2:00 confirm-rollout Waiting 200',
      '2:00 phase Progressing',
    ])
    expect(result.alerts).toEqual(['Canary is waiting for approval.'])
  })

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

  test('waits for the promotion at the last weight, still asking rollout and rollback', async () => {
    const result = await roll({ 'confirm-promotion': [held, held, ok] })
    expect(withoutEvents(result.log).slice(14, 29)).toEqual([
      '4:00 rollback Progressing 409',
      '4:00 rollout Progressing 200',
      '4:00 confirm-traffic-increase Progressing 200',
      '4:00 confirm-promotion Progressing 425',
      '4:00 phase WaitingPromotion',
      '5:00 rollback WaitingPromotion 409',
      '5:00 rollout Progressing 200',
      '5:00 confirm-promotion Progressing 425',
      '6:00 rollback WaitingPromotion 409',
      '6:00 rollout Progressing 200',
      '6:00 confirm-promotion Progressing 200',
      '6:00 phase Promoting',
      '7:00 weight 0',
      '7:00 phase Finalising',
      '8:00 phase Succeeded',
    ])
    expect(result.alerts).toEqual(['Canary promotion is waiting for approval.'])
  })

  test('does nothing in ticks that find pods not ready', async () => {
    const clock = createSimulatedClock(start)
    const minute = (): number => (clock.now() - start) / 60_000
    const ready = (workload: 'primary' | 'canary'): boolean =>
      workload === 'primary' ? minute() >= 1 : minute() >= 4
    const result = await roll({}, { clock, ready, maxTicks: 5 })
    expect(withoutEvents(result.log).slice(0, 4)).toEqual([
      '1:00 confirm-rollout Initialized 200',
      '1:00 phase Progressing',
      '4:00 rollback Progressing 409',
      '4:00 pre-rollout Progressing 200',
    ])
  })

  test('starts the next tick at once after one that took longer than the interval', async () => {
    const slow = { status: 200, body: '', tookMs: 2000 }
    const wait = status(503, '', { 'retry-after': '75' })
    const result = await roll(
      { rollout: [wait, slow, ok], 'confirm-traffic-increase': [ok, held] },
      { maxTicks: 5 },
    )
    expect(withoutEvents(result.log).slice(7, 13)).toEqual([
      '2:00 rollout Progressing 503',
      '3:15 rollout Progressing 200',
      '3:17 confirm-traffic-increase Progressing 425',
      '3:17 rollback Progressing 409',
      '3:17 rollout Progressing 200',
      '3:17 confirm-traffic-increase Progressing 425',
    ])
    expect(withoutEvents(result.log).at(13)).toBe('4:00 rollback Progressing 409')
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
      url: 'http://canary-judge.canary-judge:8080/v1/flagger/confirm-rollout',
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
    const url = 'http://canary-judge.canary-judge:8080/v1/flagger/rollout'
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

describe('createFlagger', () => {
  const checksums = (log: readonly LogEntry[], hook: string): readonly unknown[] =>
    payloads(log, hook).map((payload) => Reflect.get(Object(payload), 'checksum'))

  test('asks confirm-rollout under the checksum of before, and every other hook under the new one', async () => {
    const flagger = createFlagger(optionsFor({}))
    const { log } = await flagger.run()
    expect(checksums(log, 'confirm-rollout')).toEqual([flaggerChecksum('v1')])
    for (const hook of ['pre-rollout', 'rollout', 'rollback', 'confirm-promotion', 'post-rollout'])
      expect(new Set(checksums(log, hook))).toEqual(new Set([flaggerChecksum('v2')]))
  })

  test('asks confirm-rollout under the new checksum after a failed rollout', async () => {
    const flagger = createFlagger(optionsFor({ rollback: [no, ok, no] }))
    await flagger.run()
    expect(flagger.status.phase).toBe('Failed')
    flagger.deploy('v3')
    await flagger.tick()
    expect(checksums(flagger.log, 'confirm-rollout')).toEqual([flaggerChecksum('v1'), flaggerChecksum('v3')])
    expect(flagger.status.phase).toBe('Progressing')
  })

  test('gives the same revision the same checksum again', async () => {
    const flagger = createFlagger(optionsFor({ rollback: [no, ok, no, ok] }))
    await flagger.run()
    flagger.deploy('v3')
    await flagger.run()
    flagger.deploy('v2')
    await flagger.tick()
    expect(checksums(flagger.log, 'confirm-rollout').at(-1)).toBe(flaggerChecksum('v2'))
    expect(flaggerChecksum('v2')).not.toBe(flaggerChecksum('v3'))
  })

  test('starts again at weight 0 without confirm-rollout when the revision changes on the way', async () => {
    const flagger = createFlagger(optionsFor({ rollout: [bad, ok] }))
    for (let ticks = 0; ticks < 3; ticks += 1) await flagger.tick()
    expect(flagger.status).toEqual({ phase: 'Progressing', weight: 5, failedChecks: 1 })
    flagger.deploy('v3')
    await flagger.tick()
    expect(flagger.status).toEqual({ phase: 'Progressing', weight: 0, failedChecks: 0 })
    await flagger.tick()
    expect(flagger.status.weight).toBe(5)
    expect(checksums(flagger.log, 'confirm-rollout')).toHaveLength(1)
    expect(checksums(flagger.log, 'pre-rollout')).toEqual([flaggerChecksum('v2'), flaggerChecksum('v3')])
  })

  test('goes on under the same checksum when the spec goes back to what was promoted last', async () => {
    const flagger = createFlagger(optionsFor({}))
    for (let ticks = 0; ticks < 3; ticks += 1) await flagger.tick()
    flagger.deploy('v1')
    await flagger.tick()
    expect(flagger.status).toMatchObject({ phase: 'Progressing', weight: 50 })
    expect(new Set(checksums(flagger.log, 'rollout'))).toEqual(new Set([flaggerChecksum('v2')]))
  })

  test('does nothing when the spec is what runs already, or what was promoted', async () => {
    const flagger = createFlagger(optionsFor({}, { revision: 'v1' }))
    await flagger.tick()
    expect(flagger.log).toEqual([])
    flagger.deploy('v2')
    await flagger.run()
    const calls = flagger.log.length
    flagger.deploy('v2')
    await flagger.tick()
    expect(flagger.status.phase).toBe('Succeeded')
    expect(flagger.log).toHaveLength(calls)
  })
})
