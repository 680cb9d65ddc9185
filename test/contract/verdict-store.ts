import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VerdictStore } from '../../src/judge/ports/ports.ts'
import { decisionContract } from './decision-contract.ts'
import { gateContract } from './gate-contract.ts'
import { messageContract } from './message-contract.ts'
import { policyContract } from './policy-contract.ts'
import { pruneContract } from './prune-contract.ts'
import { recordingContract } from './recording-contract.ts'
import { runContract } from './run-contract.ts'
import { aRun } from './rows.ts'
import { sharedKeyContract } from './shared-key-contract.ts'
import { stepContract } from './step-contract.ts'
import { verdictContract } from './verdict-contract.ts'

export interface StoreUnderTest {
  /** Opens another store on the same data, as another process would, or an empty one when no other process can. */
  open(): Promise<VerdictStore>
}

/** The contract of every VerdictStore. It runs against each implementation. */
export const verdictStoreContract = (name: string, start: () => Promise<StoreUnderTest>): void => {
  describe(`VerdictStore on ${name}`, () => {
    let target: StoreUnderTest | undefined
    let shared: VerdictStore | undefined
    beforeAll(async () => {
      target = await start()
      shared = await target.open()
    })
    afterAll(async () => {
      await shared?.close()
    })
    const store = (): VerdictStore => {
      if (shared === undefined) throw new Error('the store is not open')
      return shared
    }
    runContract(store)
    stepContract(store)
    verdictContract(store)
    decisionContract(store)
    gateContract(store)
    recordingContract(store)
    policyContract(store)
    sharedKeyContract(store)
    messageContract(store)
    pruneContract(store)

    describe('ping and close', () => {
      test('ping() resolves when a write would work', async () => {
        await expect(store().ping()).resolves.toBeUndefined()
      })

      test('close() lets the writes under way finish, refuses later calls, and may be called twice', async () => {
        const other = await target?.open()
        if (other === undefined) throw new Error('the store is not open')
        const run = aRun()
        const opening = other.openRun(run)
        const closing = other.close()
        await expect(opening).resolves.toEqual({ run, opened: true })
        await closing
        await other.close()
        await expect(other.getRun(run.id)).rejects.toMatchObject({ code: 'store-unavailable' })
      })
    })
  })
}
