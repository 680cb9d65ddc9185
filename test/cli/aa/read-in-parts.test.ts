import { expect, test } from 'vitest'
import { deal, type Block } from '../../../src/cli/aa/deal.ts'
import { readInParts } from '../../../src/cli/aa/read-in-parts.ts'
import { readBlock } from '../../../src/cli/aa/read-block.ts'
import { plainRecording } from '../../formats/recordings.ts'
import { parseRecording } from '../../../src/formats/recording/parse-recording.ts'

const hour = 3600
const room = { history: 2 * hour, planned: hour / 2, hold: hour, steps: 3 }
const recording = parseRecording(plainRecording({ slices: 3 }))
const day = deal([{ version: 'a', from: 0, to: 40 * hour }], 60, room).blocks
const lengthOf = ({ from, to }: Pick<Block, 'from' | 'to'>): number => to - from

/** Reads the day from a Prometheus that refuses more than this length at once. */
async function readAll(mostSeconds: number) {
  const asked: number[] = []
  const numbers: number[] = []
  const read = (block: Block) => {
    asked.push(lengthOf(block))
    if (lengthOf(block) > mostSeconds) return Promise.resolve({ tooLarge: 'too many samples' })
    for (const { start } of block.rollouts) {
      expect(block.from).toBeLessThanOrEqual(Math.max(start - room.history, 0))
      expect(block.to).toBeGreaterThanOrEqual(Math.min(start + room.planned + room.hold, 40 * hour))
    }
    return Promise.resolve({ recording })
  }
  const limit = { tooLong: Infinity }
  for (const block of day)
    for await (const part of readInParts(block, room, read, limit))
      numbers.push(...part.rollouts.map(({ number }) => number))
  return { refused: asked.filter((length) => length > mostSeconds).length, numbers }
}

const everyRollout = Array.from({ length: 60 }, (_, number) => number)

test('readInParts reads a block as a whole where Prometheus allows it', async () => {
  expect(await readAll(Infinity)).toEqual({ refused: 0, numbers: everyRollout })
})

test('readInParts halves what is too much, keeps every rollout, and asks for no such length again', async () => {
  expect(day.length).toBeGreaterThan(2)
  const { refused, numbers } = await readAll(9 * hour)
  expect(numbers).toEqual(everyRollout)
  // one block is refused, and its half; the other blocks are halved before they are read
  expect(refused).toBeLessThanOrEqual(2)
})

test('readInParts says what to do where one rollout alone is too much', async () => {
  await expect(readAll(2 * hour)).rejects.toThrow(
    'Prometheus could not be read: too many samples; shorten `history` of the policy, or let its selectors leave series out',
  )
})

test('readBlock gives the reason where the data are too many, and fails for any other', async () => {
  const [block] = day
  if (block === undefined) throw new Error('expected a block')
  const saved = { find: () => undefined, add: () => Promise.resolve() }
  const past = (code: 'source-too-large' | 'source-down') => ({
    alone: () => Promise.resolve({ ...recording, problems: [{ code, text: 'it said so' }] }),
  })
  expect(await readBlock(block, 'shop/web', { past: past('source-too-large'), saved })).toEqual({
    tooLarge: 'it said so',
  })
  await expect(readBlock(block, 'shop/web', { past: past('source-down'), saved })).rejects.toThrow(
    'Prometheus could not be read: it said so',
  )
})
