import { describe, expect, test } from 'vitest'
import type { NewMessage, VerdictStore } from '../../src/judge/ports/ports.ts'
import { hostileTexts } from './hostile-texts.ts'
import { aDecision, aRun, aStep, aVerdict, day, freshId, minute, t0 } from './rows.ts'

const until = t0 + 10 * minute

/** A message to a target of its own, so that no other test takes it. */
const aMessage = (change: Partial<NewMessage> = {}): NewMessage => ({
  id: freshId('message'),
  target: freshId('target'),
  event: { id: freshId('event'), kind: 'began', at: t0, namespace: 'shop', name: 'web' },
  ...change,
})

export const messageContract = (store: () => VerdictStore): void => {
  const far = Number.MAX_SAFE_INTEGER
  /** All messages that wait for the target, in order. */
  const claimAll = async (target: string): Promise<readonly string[]> => {
    const ids: string[] = []
    for (;;) {
      const message = await store().claimMessage(target, { now: far - 1, until: far })
      if (message === undefined) return ids
      ids.push(message.id)
    }
  }

  describe('messages', () => {
    test('are kept with a run, a step, a verdict, a decision and a change, in that order, each id once', async () => {
      const target = freshId('target')
      const [began, step, verdict, decision, ended] = Array.from({ length: 5 }, () => aMessage({ target }))
      if (began === undefined || step === undefined || verdict === undefined) throw new Error('too few')
      if (decision === undefined || ended === undefined) throw new Error('too few')
      const run = aRun()
      const stored = aVerdict(run.id)
      for (let twice = 0; twice < 2; twice++) {
        await store().openRun(run, [began])
        await store().saveStep(aStep(run.id, { passedAt: t0 }), [step])
        await store().saveVerdict(stored, [verdict])
        await store().saveDecision(aDecision({ runId: run.id }), [decision])
        await store().updateRun(run.id, { ending: 'promoted' }, [ended])
      }
      expect(await claimAll(target)).toEqual([began, step, verdict, decision, ended].map(({ id }) => id))
    })

    test('openRun() by twenty racing callers keeps the message of the one that opens', async () => {
      const [name, target] = [freshId('race'), freshId('target')]
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const message = aMessage({ target })
          const { opened } = await store().openRun(aRun({ name }), [message])
          return { message, opened }
        }),
      )
      const winners = answers.filter(({ opened }) => opened).map(({ message }) => message.id)
      expect(winners).toHaveLength(1)
      expect(await claimAll(target)).toEqual(winners)
    })

    test('a message is not kept where the change fails', async () => {
      const message = aMessage()
      await expect(store().saveVerdict(aVerdict('nobody'), [message])).rejects.toMatchObject({
        code: 'not-found',
      })
      await expect(store().updateRun('nobody', { gates: 1 }, [message])).rejects.toMatchObject({
        code: 'not-found',
      })
      expect(await claimAll(message.target)).toEqual([])
    })

    test.each(hostileTexts)('claimMessage() gives back %s', async (_, text) => {
      const message = aMessage({
        event: { id: 'event', kind: 'decision', at: t0 + 0.5, namespace: text, name: text },
      })
      await store().openRun(aRun(), [message])
      const claimed = await store().claimMessage(message.target, { now: far - 1, until: far })
      expect(claimed).toEqual({ ...message, tries: 1 })
    })

    test('claimMessage() by twenty racing callers gives each of ten messages to one of them', async () => {
      const target = freshId('target')
      const messages = Array.from({ length: 10 }, () => aMessage({ target }))
      await store().openRun(aRun(), messages)
      const claimed = await Promise.all(
        Array.from({ length: 20 }, () => store().claimMessage(target, { now: far - 1, until: far })),
      )
      const ids = claimed.flatMap((message) => message?.id ?? [])
      expect(new Set(ids).size).toBe(ids.length)
      expect([...ids, ...(await claimAll(target))].toSorted()).toEqual(
        messages.map(({ id }) => id).toSorted(),
      )
    })

    test('claimMessage() gives a message again when its time is over, and never when it is done', async () => {
      const message = aMessage()
      const claim = (now: number) => store().claimMessage(message.target, { now, until: now + minute })
      await store().openRun(aRun(), [message])
      const start = far / 2
      expect((await claim(start))?.tries).toBe(1)
      expect(await claim(start + minute - 1)).toBeUndefined()
      expect((await claim(start + minute))?.tries).toBe(2)
      await store().settleMessage(message.id, { dueAt: start + 3 * minute })
      expect(await claim(start + 3 * minute - 1)).toBeUndefined()
      expect((await claim(start + 3 * minute))?.tries).toBe(3)
      await store().settleMessage(message.id, { doneAt: start })
      await store().settleMessage(message.id, { dueAt: start })
      expect(await claim(start + day)).toBeUndefined()
    })

    test('claimMessage() knows only its own target', async () => {
      const message = aMessage()
      await store().openRun(aRun(), [message])
      expect(await store().claimMessage(freshId('target'), { now: far - 1, until })).toBeUndefined()
      expect(await claimAll(message.target)).toEqual([message.id])
    })
  })
}
