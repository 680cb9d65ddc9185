import { expect, test } from 'vitest'
import { createRunCache } from '../../../src/judge/history/run-history.ts'
import { aDecision, aRun, aStep, t0 } from '../../contract/rows.ts'
import { aPolicy } from '../verdicts.ts'

test('createMemoryBook() goes on with the run that was remembered', async () => {
  const book = createRunCache()
  const run = aRun()
  expect([await book.findOpen(run), await book.listRuns(run), await book.listSteps(run)]).toEqual([
    undefined,
    [],
    [],
  ])
  expect(await book.open(run, aPolicy())).toEqual(run)
  expect(await book.open(run, aPolicy())).toEqual(run)
  expect([await book.findOpen(run), await book.listRuns(run)]).toEqual([run, [run]])
  const step = aStep(run.id)
  const decision = aDecision()
  expect(await book.openStep(step)).toBe(step)
  book.remember({ run, steps: [step], decisions: [decision] })
  expect([await book.listSteps(run), await book.listDecisions(run)]).toEqual([[step], [decision]])
  expect(await book.change(run, { closedAt: t0 })).toEqual({ ...run, closedAt: t0 })
  expect(await book.findOpen(run)).toBeUndefined()
  const other = aRun({ ...run, id: 'other' })
  expect(await book.listDecisions(other)).toEqual([])
  expect(await book.change(other, { gates: 2 })).toEqual({ ...other, gates: 2 })
})

test('createRunCache() forgets the runs seen longest ago where what it knows is more than its bytes', async () => {
  const cache = createRunCache(100_000)
  const runs = Array.from({ length: 200 }, (_, i) => aRun({ id: `run-${i}`, name: `web-${i}` }))
  const long = aDecision({ reason: 'because '.repeat(200) })
  for (const run of runs) cache.remember({ run, decisions: [long] })
  const known = runs.filter((run) => cache.find(run) !== undefined)
  expect(known.length).toBeLessThan(70)
  expect(known.length).toBeGreaterThan(20)
  expect(known.at(-1)).toEqual(runs.at(-1))
})
