import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { replay } from '../../../src/cli/replay/replay.ts'
import type { Engine } from '../../../src/cli/replay/replay-recording.ts'
import { parsePolicyObject } from '../../../src/formats/policy/parse-policy.ts'
import { plainRecording } from '../../formats/recordings.ts'
import { collect, fixedEngine } from '../streams.ts'

const { policy } = parsePolicyObject({ name: 'a', metrics: [{ name: 'errors', kind: 'errors' }] })
const options = { policy, engine: fixedEngine, allLooks: false, table: false }
const line = (change: object = {}): string =>
  `${JSON.stringify({ ...plainRecording({ slices: 3 }), ...change })}\n`

/** Calls `act` on the n-th line that is written. */
function outputThat(n: number, act: (done: (error: Error) => void) => void): Writable & { lines: number } {
  const output = Object.assign(
    new Writable({
      write(_chunk, _encoding, done) {
        output.lines += 1
        if (output.lines === n) act(done)
        else done()
      },
    }),
    { lines: 0 },
  )
  return output
}

describe('replay', () => {
  it('replay(lines) refuses a line beyond the limit, and goes on', async () => {
    const streams = collect(`${line({ id: 'x'.repeat(200) })}${line()}`)
    expect(await replay({ ...options, lineLimit: line().length + 50 }, streams)).toBe(1)
    const limit = line().length + 50
    expect(streams.err()).toBe(`line 1: expected a line of at most ${limit} bytes, got a longer one\n`)
    expect(streams.out().split('\n')).toHaveLength(3)
  })

  it('replay(lines) gives back an id as it was written, also where the line is bad', async () => {
    const streams = collect(`${line({ id: 7 })}${line({ id: null })}${line({ id: 8, slices: -1 })}`)
    await replay(options, streams)
    const ids = streams
      .out()
      .trim()
      .split('\n')
      .map((text) => /"id":([^,]*)/.exec(text)?.[1])
    expect(ids).toEqual(['7', 'null', '8'])
  })

  it('replay(lines) refuses an id that is neither text nor number', async () => {
    const streams = collect(line({ id: ['a'] }))
    expect(await replay(options, streams)).toBe(1)
    expect(streams.err()).toBe('line 1: invalid recording: id: expected text, got a list of 1\n')
  })

  it('replay(lines, table) names a recording by its number', async () => {
    const streams = collect(`${line({ id: 7 })}${line({ id: 8, slices: -1 })}`)
    await replay({ ...options, table: true }, streams)
    expect(
      streams
        .out()
        .split('\n')
        .slice(1, 3)
        .map((row) => row.split(' ', 1)[0]),
    ).toEqual(['7', '8'])
  })

  it('replay(lines) ends quietly when the reader has closed the output', async () => {
    const output = outputThat(2, (done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })))
    const streams = { ...collect(line().repeat(50)), output }
    expect(await replay(options, streams)).toBe(0)
    expect(output.lines).toBe(2)
    expect(streams.err()).toBe('')
  })

  it('replay(lines) rejects when its output cannot be written', async () => {
    const output = outputThat(1, (done) => done(Object.assign(new Error('no space'), { code: 'ENOSPC' })))
    await expect(replay(options, { ...collect(line().repeat(50)), output })).rejects.toThrow('no space')
  })

  it('replay(lines) reports whatever the engine throws', async () => {
    const engine: Engine = {
      ...fixedEngine,
      outcomesBySlice: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- the point of the test
        throw 'a string'
      },
    }
    const streams = collect(line())
    expect(await replay({ ...options, engine }, streams)).toBe(1)
    expect(streams.err()).toBe('line 1: internal error: a string\n')
  })

  it('replay(lines, table) has a dash for what did not happen', async () => {
    const streams = collect(line({ id: 'calm' }))
    await replay({ ...options, table: true }, streams)
    expect(streams.out().split('\n')[1]?.split(/ {2,}/)).toEqual([
      'calm',
      'inconclusive',
      '-',
      '-',
      'inconclusive at 2',
    ])
  })

  it('replay(lines, table) names a recording without an id by its line', async () => {
    const streams = collect(`\n${line()}${line({ id: 'x', slices: 1 })}`)
    await replay({ ...options, table: true }, streams)
    expect(
      streams
        .out()
        .split('\n')
        .map((row) => row.split(' ', 2).join(' ').trim()),
    ).toEqual(['recording', 'line 2', 'x', ''])
  })
})
