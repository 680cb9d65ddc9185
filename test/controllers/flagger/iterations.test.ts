import { describe, expect, test } from 'vitest'
import { eventsOf, held, ok, roll, withoutEvents } from './script.ts'
import { withIterations } from './strategies.ts'

describe('runFlaggerCanary, blue/green', () => {
  const manifests = withIterations({ iterations: 2 })

  test('checks the canary twice, gives it all traffic, and asks for the promotion once more', async () => {
    const { log } = await roll({}, { manifests })
    expect(withoutEvents(log)).toEqual([
      '0:00 confirm-rollout Initialized 200',
      '0:00 phase Progressing',
      '1:00 rollback Progressing 409',
      '1:00 pre-rollout Progressing 200',
      '2:00 rollback Progressing 409',
      '2:00 rollout Progressing 200',
      '3:00 rollback Progressing 409',
      '3:00 rollout Progressing 200',
      '3:00 confirm-promotion Progressing 200',
      '3:00 weight 100',
      '4:00 rollback Progressing 409',
      '4:00 rollout Progressing 200',
      '4:00 confirm-promotion Progressing 200',
      '4:00 phase Promoting',
      '5:00 weight 0',
      '5:00 phase Finalising',
      '6:00 phase Succeeded',
      '6:00 post-rollout Succeeded 200',
    ])
    expect(eventsOf(log)).toEqual(
      expect.arrayContaining([
        'Advance web.shop canary iteration 1/2',
        'Advance web.shop canary iteration 2/2',
        'Routing all traffic to canary',
      ]),
    )
  })

  test('asks for a promotion that is refused every other tick', async () => {
    const { log, alerts } = await roll({ 'confirm-promotion': [held, held, held, ok] }, { manifests })
    expect(withoutEvents(log).slice(6, 24)).toEqual([
      '3:00 rollback Progressing 409',
      '3:00 rollout Progressing 200',
      '3:00 confirm-promotion Progressing 425',
      '3:00 phase WaitingPromotion',
      '4:00 rollback WaitingPromotion 409',
      '4:00 rollout Progressing 200',
      '4:00 confirm-promotion Progressing 425',
      '5:00 rollback WaitingPromotion 409',
      '5:00 rollout Progressing 200',
      '6:00 rollback WaitingPromotion 409',
      '6:00 rollout Progressing 200',
      '6:00 confirm-promotion Progressing 425',
      '7:00 rollback WaitingPromotion 409',
      '7:00 rollout Progressing 200',
      '8:00 rollback WaitingPromotion 409',
      '8:00 rollout Progressing 200',
      '8:00 confirm-promotion Progressing 200',
      '8:00 weight 100',
    ])
    expect(alerts).toEqual(['Canary promotion is waiting for approval.'])
  })

  test('with one iteration comes back to pre-rollout while the promotion is refused', async () => {
    const { log } = await roll(
      { 'confirm-promotion': [held, held, ok] },
      { manifests: withIterations({ iterations: 1 }) },
    )
    expect(withoutEvents(log).slice(4, 16)).toEqual([
      '2:00 rollback Progressing 409',
      '2:00 rollout Progressing 200',
      '2:00 confirm-promotion Progressing 425',
      '2:00 phase WaitingPromotion',
      '3:00 rollback WaitingPromotion 409',
      '3:00 rollout Progressing 200',
      '3:00 confirm-promotion Progressing 425',
      '4:00 rollback WaitingPromotion 409',
      '4:00 pre-rollout Progressing 200',
      '5:00 rollback WaitingPromotion 409',
      '5:00 rollout Progressing 200',
      '5:00 confirm-promotion Progressing 200',
    ])
  })

  test('sets no weight where there is no router, and asks for the promotion twice all the same', async () => {
    const { log, phase } = await roll({}, { manifests: withIterations({ iterations: 2, router: false }) })
    const lines = withoutEvents(log)
    expect(phase).toBe('Succeeded')
    expect(lines.filter((line) => line.includes('weight'))).toEqual([])
    expect(lines.filter((line) => line.includes('confirm-promotion'))).toHaveLength(2)
    expect(eventsOf(log).filter((text) => text.startsWith('Routing'))).toEqual([])
  })
})

describe('runFlaggerCanary, A/B', () => {
  test('sends the selected users to the canary at once, and asks for the promotion once', async () => {
    const { log } = await roll({}, { manifests: withIterations({ iterations: 2, ab: true }) })
    expect(withoutEvents(log).slice(2, 14)).toEqual([
      '1:00 rollback Progressing 409',
      '1:00 pre-rollout Progressing 200',
      '1:00 weight 100',
      '2:00 rollback Progressing 409',
      '2:00 rollout Progressing 200',
      '3:00 rollback Progressing 409',
      '3:00 rollout Progressing 200',
      '3:00 confirm-promotion Progressing 200',
      '3:00 phase Promoting',
      '4:00 weight 0',
      '4:00 phase Finalising',
      '5:00 phase Succeeded',
    ])
  })
})
