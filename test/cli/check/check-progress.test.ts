import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { checkProgress } from '../../../src/cli/check/check-progress.ts'

function terminal(isTTY: boolean, columns?: number) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY, ...(columns !== undefined && { columns }) }), written }
}

const minute = 60_000

test('checkProgress() writes over one line on a terminal, cut to its width, and clears it', () => {
  const { stream, written } = terminal(true, 30)
  const progress = checkProgress(stream, 15 * minute)
  progress.clear()
  progress.show('a', 'inconclusive: needs about 12 minutes', minute)
  progress.show('a', 'inconclusive: needs about 11\u001B[2J minutes', 2 * minute)
  progress.clear()
  progress.clear()
  expect(written).toEqual([
    '\r\u001B[K[1m of 15m] inconclusive: nee',
    '\r\u001B[K[2m of 15m] inconclusive: nee',
    '\r\u001B[K',
  ])
})

test('checkProgress() takes a terminal of unknown width for one of 80 columns', () => {
  const { stream, written } = terminal(true)
  checkProgress(stream, minute).show('a', 'x'.repeat(200), 0)
  expect(written[0]).toHaveLength('\r\u001B[K'.length + 79)
})

test('checkProgress() writes one line a change elsewhere, with nothing that steers a terminal', () => {
  const { stream, written } = terminal(false)
  const progress = checkProgress(stream, minute)
  progress.show('a', 'needs 12\u001B[2J minutes', 0)
  progress.show('a', 'needs 11 minutes', 1000)
  progress.show('b', 'soaking', 61_400)
  progress.clear()
  expect(written).toEqual(['[0s of 1m] needs 12?[2J minutes\n', '[61s of 1m] soaking\n'])
})
