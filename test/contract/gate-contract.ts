import { describe, expect, test } from 'vitest'
import type { Retention, VerdictStore } from '../../src/judge/ports/ports.ts'
import { hostileTexts } from './hostile-texts.ts'
import { aGateChange, day, freshId, t0 } from './rows.ts'

const never = 1e9 * day
const retention: Retention = {
  runsOlderThanMs: never,
  maxRuns: 10_000,
  recordingsOlderThanMs: never,
  failedRecordingsOlderThanMs: never,
  decisionsOlderThanMs: day,
}

export const gateContract = (store: () => VerdictStore): void => {
  describe('gates', () => {
    test('listGateChanges() gives the latest first, by the order of writing and not by their clocks', async () => {
      const name = freshId('web')
      const first = aGateChange({ name, at: t0 + 5 })
      const second = aGateChange({ name, open: false, at: t0 })
      const rollback = aGateChange({ name, gate: 'rollback' })
      const others = [aGateChange({ name, namespace: 'another' }), aGateChange({ name: freshId('web') })]
      for (const change of [first, second, rollback, ...others]) await store().saveGateChange(change)
      const of = { namespace: 'shop', name }
      expect(await store().listGateChanges({ ...of, limit: 10 })).toEqual([rollback, second, first])
      expect(await store().listGateChanges({ ...of, gate: 'gate', limit: 1 })).toEqual([second])
      expect(await store().listGateChanges({ ...of, gate: 'rollback', limit: 9 })).toEqual([rollback])
    })

    test('saveGateChange() leaves the first row of an id as it is', async () => {
      const change = aGateChange({ name: freshId('web') })
      await store().saveGateChange(change)
      await store().saveGateChange({ ...change, open: false })
      expect(await store().listGateChanges({ ...change, limit: 10 })).toEqual([change])
    })

    test.each(hostileTexts)('saveGateChange() keeps %s', async (_, text) => {
      const change = aGateChange({ namespace: freshId('ns'), name: text, by: text })
      await store().saveGateChange(change)
      expect(await store().listGateChanges({ ...change, limit: 10 })).toEqual([change])
    })

    test('prune() takes old changes, but never the last of a gate', async () => {
      const name = freshId('web')
      const opened = aGateChange({ name })
      const closed = aGateChange({ name, open: false })
      const rollback = aGateChange({ name, gate: 'rollback' })
      for (const change of [opened, closed, rollback]) await store().saveGateChange(change)
      const left = () => store().listGateChanges({ namespace: 'shop', name, limit: 10 })
      await store().prune(t0 + day, retention)
      expect(await left()).toEqual([rollback, closed, opened])
      await store().prune(t0 + day + 1, retention)
      expect(await left()).toEqual([rollback, closed])
    })
  })
}
