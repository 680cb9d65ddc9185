import { describe, expect, test } from 'vitest'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { hostileTexts } from './hostile-texts.ts'
import { aDecision, aRun, freshId, t0 } from './rows.ts'

export const decisionContract = (store: () => VerdictStore): void => {
  describe('decisions', () => {
    test('listDecisions() gives those of the run and those without a run, oldest first', async () => {
      const name = freshId('web')
      const late = aDecision({ name, at: t0 + 2, runId: 'run-a', step: 1, override: true, scope: 'run' })
      const early = aDecision({ name, at: t0 + 1 })
      const other = aDecision({ name, runId: 'run-b' })
      const elsewhere = aDecision({ name, namespace: 'another' })
      for (const decision of [late, early, other, elsewhere]) await store().saveDecision(decision)
      expect(await store().listDecisions({ namespace: 'shop', name, runId: 'run-a' })).toEqual([early, late])
      expect(await store().listDecisions({ namespace: 'shop', name })).toEqual([early])
    })

    test('saveDecision() leaves the first row of an id as it is', async () => {
      const name = freshId('web')
      const decision = aDecision({ name })
      await store().saveDecision(decision)
      await store().saveDecision({ ...decision, kind: 'reject' })
      expect(await store().listDecisions({ namespace: 'shop', name })).toEqual([decision])
    })

    test('bindDecisions() gives decisions made before the run to it, and to no later run', async () => {
      const run = aRun()
      const before = aDecision({ name: run.name, kind: 'hold' })
      await store().saveDecision(before)
      await store().bindDecisions(run)
      const of = { namespace: run.namespace, name: run.name }
      expect(await store().listDecisions({ ...of, runId: run.id })).toEqual([{ ...before, runId: run.id }])
      await store().bindDecisions(aRun({ name: run.name }))
      expect(await store().listDecisions({ ...of, runId: run.id })).toHaveLength(1)
      expect(await store().listDecisions(of)).toEqual([])
    })

    test.each(hostileTexts)('saveDecision() keeps %s', async (_, text) => {
      const decision = aDecision({ namespace: freshId('ns'), name: text, by: text, reason: text })
      await store().saveDecision(decision)
      const { namespace, name } = decision
      expect(await store().listDecisions({ namespace, name })).toEqual([decision])
    })
  })
}
