import { describe, expect, test } from 'vitest'
import type { Run, VerdictStore } from '../../src/judge/ports/ports.ts'
import { aRun, aStep, minute, t0 } from './rows.ts'

export const stepContract = (store: () => VerdictStore): void => {
  const opened = async (): Promise<Run> => (await store().openRun(aRun())).run

  describe('steps', () => {
    test('saveStep() keeps the first of a run and an index, and gives everybody what is stored', async () => {
      const run = await opened()
      const first = aStep(run.id)
      expect(await store().saveStep(first)).toEqual(first)
      expect(await store().saveStep(aStep(run.id, { weight: 50, startedAt: t0 + minute }))).toEqual(first)
      expect(await store().listSteps(run.id)).toEqual([first])
    })

    test('saveStep() adds passedAt later, once', async () => {
      const run = await opened()
      const step = aStep(run.id)
      await store().saveStep(step)
      expect(await store().saveStep({ ...step, passedAt: t0 + 1 })).toEqual({ ...step, passedAt: t0 + 1 })
      expect(await store().saveStep({ ...step, passedAt: t0 + 2 })).toEqual({ ...step, passedAt: t0 + 1 })
      expect(await store().saveStep(step)).toEqual({ ...step, passedAt: t0 + 1 })
    })

    test('saveStep() by racing callers gives all of them the same step', async () => {
      const run = await opened()
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => store().saveStep(aStep(run.id, { startedAt: t0 + n }))),
      )
      expect(new Set(answers.map((answer) => answer.startedAt)).size).toBe(1)
    })

    test('saveStep() of an unknown run is not found', async () => {
      await expect(store().saveStep(aStep('nobody'))).rejects.toMatchObject({ code: 'not-found' })
    })

    test('listSteps() is in the order of the index, without fields that were not given', async () => {
      const run = await opened()
      const plain = { runId: run.id, index: 10, startedAt: t0, endsAt: t0 + minute }
      await store().saveStep(plain)
      const second = await store().saveStep(aStep(run.id, { index: 2, callerIndex: 5, weight: 12.5 }))
      expect(await store().listSteps(run.id)).toEqual([second, plain])
      expect(await store().listSteps('nobody')).toEqual([])
    })
  })
}
