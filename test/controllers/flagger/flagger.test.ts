import { describe, expect, test } from 'vitest'
import { status, times } from '../fake-service.ts'
import { bad, held, no, ok, roll, start, withoutEvents } from './script.ts'
import { createSimulatedClock } from '../simulated-clock.ts'

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
    // Ten failures with passes between them: a pass does not reset the count of failures.
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

  test('keeps the weight and waits as long as the judge is undecided', async () => {
    const result = await roll({ 'confirm-traffic-increase': [ok, held] }, { maxTicks: 120 })
    expect(withoutEvents(result.log).slice(-3)).toEqual([
      '119:00 rollback Progressing 409',
      '119:00 rollout Progressing 200',
      '119:00 confirm-traffic-increase Progressing 425',
    ])
    // muteAlert, because no one reads a message a minute for two hours.
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

  test('does not start a canary while the judge does not answer', async () => {
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
})
