import { expect, test } from 'vitest'
import { decisionsInForce } from '../../../src/judge/answer/decisions-in-force.ts'
import type { Decision } from '../../../src/judge/ports/ports.ts'
import { aDecision } from '../../contract/rows.ts'

const at = (step: number | undefined) => ({ runId: 'r', step, firstStep: step === undefined ? undefined : 0 })
const kinds = (list: readonly Decision[]): readonly string[] => list.map(({ kind }) => kind)

test('decisionsInForce() are those of the step, of the run, and every reject', () => {
  const list = [
    aDecision({ kind: 'hold', step: 0 }),
    aDecision({ kind: 'approve', step: 1 }),
    aDecision({ kind: 'approve', scope: 'run' }),
    aDecision({ kind: 'reject', step: 0 }),
  ]
  expect(kinds(decisionsInForce(list, at(0)))).toEqual(['hold', 'approve', 'reject'])
  expect(kinds(decisionsInForce(list, at(1)))).toEqual(['approve', 'approve', 'reject'])
  expect(kinds(decisionsInForce(list, at(2)))).toEqual(['approve', 'reject'])
})

test('decisionsInForce() made before a step was known are of the first', () => {
  const list = [aDecision({ kind: 'hold' })]
  expect(kinds(decisionsInForce(list, at(0)))).toEqual(['hold'])
  expect(kinds(decisionsInForce(list, at(1)))).toEqual([])
  expect(kinds(decisionsInForce(list, at(undefined)))).toEqual(['hold'])
})

test('decisionsInForce() of another run are none of this one', () => {
  expect(decisionsInForce([aDecision({ runId: 'other' })], at(0))).toEqual([])
  expect(decisionsInForce([aDecision({ runId: 'r', step: 0 })], at(0))).toHaveLength(1)
})

test('decisionsInForce() end with a clear, of the step or of all', () => {
  const before = [aDecision({ kind: 'hold', step: 0 }), aDecision({ kind: 'reject', scope: 'run' })]
  const clear = (change: Partial<Decision>) => [...before, aDecision({ kind: 'clear', ...change })]
  expect(kinds(decisionsInForce(clear({ step: 0 }), at(0)))).toEqual(['reject'])
  expect(kinds(decisionsInForce(clear({ step: 1 }), at(0)))).toEqual(['hold', 'reject'])
  expect(kinds(decisionsInForce(clear({ scope: 'run' }), at(0)))).toEqual([])
  const again = [...clear({ scope: 'run' }), aDecision({ kind: 'approve', step: 0 })]
  expect(kinds(decisionsInForce(again, at(0)))).toEqual(['approve'])
})
