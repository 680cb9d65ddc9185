import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { progress } from '../../src/cli/progress.ts'

function terminal(isTTY: boolean): PassThrough & { isTTY: boolean } {
  return Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })
}

describe('progress', () => {
  it('show(done, bad) counts on a terminal, five times a second at most, and clear() leaves nothing', () => {
    let time = 0
    const errors = terminal(true)
    const shown = progress(errors, () => time)
    shown.show(1, 0)
    time = 500
    shown.show(50, 0)
    shown.show(51, 0)
    time = 1000
    shown.show(100, 2)
    shown.clear()
    shown.clear()
    expect(errors.read()).toBe(
      '\r\u001B[K50 recordings, 100 a second\r\u001B[K100 recordings, 2 bad, 100 a second\r\u001B[K',
    )
  })

  it('show(done, bad) says nothing where no one watches', () => {
    let time = 0
    const errors = terminal(false)
    const shown = progress(errors, () => time)
    time = 1000
    shown.show(50, 0)
    shown.clear()
    expect(errors.read()).toBeNull()
  })
})
