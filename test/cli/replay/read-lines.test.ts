import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from '../../../src/cli/replay/read-lines.ts'
import { collect } from '../streams.ts'

async function linesOf(
  text: string,
  chunkSize: number,
  limit = 1e6,
): Promise<readonly (readonly [number, string | undefined])[]> {
  const found: (readonly [number, string | undefined])[] = []
  for await (const { number, bytes } of readLines(collect(text, chunkSize).input, limit)) {
    found.push([number, bytes?.toString()])
  }
  return found
}

describe('readLines', () => {
  it('readLines(stream) gives the lines that are not blank, with their numbers, however it is cut', async () => {
    const text = fc.array(fc.stringMatching(/^[a-z ü\n]{0,6}$/)).map((parts) => parts.join('\n'))
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (of, chunkSize) => {
        const expected = of.split('\n').map((line, index) => [index + 1, line] as const)
        expect(await linesOf(of, chunkSize)).toEqual(expected.filter(([, line]) => line.trim() !== ''))
      }),
    )
  })

  it('readLines(stream, limit) gives a line beyond the limit without its bytes, and goes on', async () => {
    expect(await linesOf('1234\n12345\n1\n123456789', 2, 4)).toEqual([
      [1, '1234'],
      [2, undefined],
      [3, '1'],
      [4, undefined],
    ])
  })
})
