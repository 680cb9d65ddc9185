import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createWriter } from '../../src/cli/writer.ts'

/** A reader that takes a chunk at each call of `next`, and fails if the call has an error. */
function slowOutput(): { output: Writable; taken: string[]; next: (error?: Error) => void } {
  const taken: string[] = []
  const waiting: ((error?: Error | null) => void)[] = []
  const output = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      taken.push(chunk.toString())
      waiting.push(done)
    },
  })
  return { output, taken, next: (error) => waiting.shift()?.(error) }
}

const withCode = (code: string): Error => Object.assign(new Error(code), { code })

describe('createWriter', () => {
  it('write(text) waits while the reader is slow', async () => {
    const { output, taken, next } = slowOutput()
    const writer = createWriter(output)
    let resolved = false
    const writing = writer.write('a').then((open) => {
      resolved = true
      return open
    })
    await Promise.resolve()
    expect(resolved).toBe(false)
    next()
    expect(await writing).toBe(true)
    expect(taken).toEqual(['a'])
  })

  it('write(text) is false once the reader has gone', async () => {
    const { output, next } = slowOutput()
    const writer = createWriter(output)
    const writing = writer.write('a')
    next(withCode('EPIPE'))
    expect(await writing).toBe(false)
    expect(await writer.write('b')).toBe(false)
  })

  it('write(text) is false when the output closes', async () => {
    const { output } = slowOutput()
    const writer = createWriter(output)
    const writing = writer.write('a')
    output.destroy()
    expect(await writing).toBe(false)
  })

  it('write(text) rejects when the disk is full', async () => {
    const { output, next } = slowOutput()
    const writer = createWriter(output)
    const writing = writer.write('a')
    next(withCode('ENOSPC'))
    await expect(writing).rejects.toThrow('ENOSPC')
  })
})
