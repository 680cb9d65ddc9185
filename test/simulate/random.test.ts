import { describe, expect, test } from 'vitest'
import { createRandom, split, uniform } from '../../src/simulate/random.ts'

const draw = (seed: string | number, count: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => uniform(random))
}

describe('createRandom', () => {
  test('createRandom(seed) gives the same stream every time, the same on every machine', () => {
    expect(draw('canary', 100)).toEqual(draw('canary', 100))
    expect(draw(7, 3)).toEqual(draw('7', 3))
    expect(draw('canary', 3)).toMatchInlineSnapshot(`
      [
        0.13021601752341494,
        0.17324613976535208,
        0.8223057037595881,
      ]
    `)
  })

  test('createRandom(seed) gives uncorrelated streams for neighbouring seeds', () => {
    const count = 4000
    for (const [left, right] of [
      [1, 2],
      ['a', 'b'],
      ['x/1', 'x/2'],
    ] as const) {
      const xs = draw(left, count)
      const ys = draw(right, count)
      const covariance = xs.reduce((sum, x, i) => sum + (x - 0.5) * ((ys[i] ?? 0) - 0.5), 0) / count
      // sd of the correlation is 1/√count
      expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(count))
    }
  })

  test('uniform(random) fills (0, 1) evenly: chi-square of 64 cells in each of three lags', () => {
    const count = 64_000
    const xs = draw('even', count)
    expect(Math.min(...xs)).toBeGreaterThan(0)
    expect(Math.max(...xs)).toBeLessThan(1)
    for (const lag of [0, 1, 2]) {
      const cells = new Float64Array(64)
      for (let i = 0; i + lag < count; i++) {
        const cell =
          Math.floor((xs[i] ?? 0) * 8) * 8 +
          Math.floor((lag === 0 ? (xs[i] ?? 0) * 64 : (xs[i + lag] ?? 0) * 8) % 8)
        cells[cell] = (cells[cell] ?? 0) + 1
      }
      const chiSquare = cells.reduce((sum, n) => sum + (n - count / 64) ** 2 / (count / 64), 0)
      // 63 degrees of freedom: sd 11
      expect(chiSquare).toBeGreaterThan(63 - 45)
      expect(chiSquare).toBeLessThan(63 + 50)
    }
  })
})

describe('split', () => {
  test('split(random, label) does not depend on how much was drawn before', () => {
    const fresh = createRandom('s')
    const used = createRandom('s')
    for (let i = 0; i < 10; i++) uniform(used)
    expect(uniform(split(used, 'errors'))).toBe(uniform(split(fresh, 'errors')))
  })

  test('split(random, label) differs by label and from its parent', () => {
    const random = createRandom('s')
    const firsts = ['a', 'b', 1, 2, 'errors', 'latency'].map((label) => uniform(split(random, label)))
    expect(new Set([...firsts, uniform(random)]).size).toBe(7)
  })
})
