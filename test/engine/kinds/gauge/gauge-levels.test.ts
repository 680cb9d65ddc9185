import { describe, expect, it } from 'vitest'
import { type GaugeLevels, gaugeLevels } from '../../../../src/engine/kinds/gauge/gauge-levels.ts'
import { noBadSamples } from '../../../../src/engine/counts/pod-counts.ts'
import type { Pod, PodSeries, Sample } from '../../../../src/engine/model/recording.ts'

const podsOf = (...arms: readonly Pod['arm'][]): readonly Pod[] =>
  arms.map((arm, j) => ({ name: `p${j}`, arm }))

function levelsOf(stable: readonly Sample[], start: number, canary?: PodSeries): GaugeLevels | undefined {
  const value = canary === undefined ? [stable] : [stable, canary]
  return gaugeLevels({ kind: 'gauge', value }, podsOf('stable', 'canary'), start)
}

/** The levels as shares of the mean size of stable's levels. */
const relativeTo = (unit: number, ...levels: readonly number[]): Float64Array =>
  Float64Array.from(levels, (level) => level / unit)

describe('gaugeLevels', () => {
  it('compares by the logarithm where all of stable before the rollout is positive', () => {
    const levels = levelsOf([1, Math.E, null, 4], 3, [null, null, null, Math.E ** 2])
    expect(levels?.rows).toEqual([
      { name: 'p0', arm: 'stable', aggregate: false, values: Float64Array.of(0, 1, Number.NaN, Math.log(4)) },
      {
        name: 'p1',
        arm: 'canary',
        aggregate: false,
        values: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, 2),
      },
    ])
    expect(levels?.bad).toEqual(noBadSamples())
    expect(levels?.toScale(Math.E ** 3)).toBe(3)
    expect(levels?.fromScale(3)).toBe(Math.exp(3))
    expect(levels?.ratioToScale(1.25)).toBe(Math.log(1.25))
    expect(levels?.scaleToRatio(Math.log(1.25))).toBeCloseTo(1.25, 15)
  })

  it.each([
    ['zero', 0],
    ['negative', -1],
    ['next to nothing', 1e-61],
  ])('leaves out and names a later level that is %s', (_name, level) => {
    const levels = levelsOf([2, 2, 2], 2, [null, null, level])
    expect(levels?.rows[1]?.values[2]).toBeNaN()
    expect(levels?.bad).toEqual({ ...noBadSamples(), notPositive: 1 })
  })

  it.each([
    ['zero', [2, 0, 4], 2],
    ['negative', [2, -4, 3], 3],
  ] as const)(
    'compares relative to the mean size of stable where one level was %s',
    (_name, stable, unit) => {
      const levels = levelsOf(stable, 3, [null, null, 12])
      expect(levels?.rows[0]?.values).toEqual(relativeTo(unit, ...stable))
      expect(levels?.rows[1]?.values).toEqual(relativeTo(unit, Number.NaN, Number.NaN, 12))
      expect(levels?.toScale(6)).toBe(6 / unit)
      expect(levels?.fromScale(6 / unit)).toBe(6)
      expect(levels?.ratioToScale(1.25)).toBe(0.25)
      expect(levels?.scaleToRatio(0.25)).toBe(1.25)
      expect(levels?.bad).toEqual(noBadSamples())
    },
  )

  it('takes the mean over all stable pods, slices with a sample, and no canary', () => {
    const value = [[1, null, 3], [0, 6, null], [1000, 1000, 1000], null]
    const levels = gaugeLevels({ kind: 'gauge', value }, podsOf('stable', 'stable', 'canary', 'stable'), 3)
    expect(levels?.rows.map(({ name }) => name)).toEqual(['p0', 'p1', 'p2'])
    expect(levels?.toScale(1)).toBe(1 / 2.5)
  })

  it('settles the scale before the rollout: what comes later changes neither unit nor kind', () => {
    expect(levelsOf([0, 2, 50], 2)?.toScale(1)).toBe(1)
    expect(levelsOf([2, 2, 0, -5], 2)?.toScale(1)).toBe(0)
    expect(levelsOf([2, 0, 5], 1)?.toScale(1)).toBe(0)
  })

  it.each([
    ['history', [5, 5, 5, 5], 2, 2],
    ['no history', [5, 5], 0, 0],
    ['history all zero, and then', [0, 0, 0, 5], 2, 3],
    ['history all zero, and in the first slice', [0, 0, 5, 5], 2, 2],
    ['one slice of history', [5, 5], 1, 1],
    ['no history and a late first sample', [null, null, 4], 0, 2],
    ['history only long before', [5, null, null, null], 3, 3],
  ] as const)('knows its scale from a slice on: %s', (_name, stable, start, from) => {
    expect(levelsOf(stable, start)?.from).toBe(from)
  })

  it.each([
    ['zero throughout', [0, 0, 0]],
    ['silent', [null, null]],
    ['bad throughout', [Number.NaN, Infinity, 1e300]],
    ['empty', []],
  ] as const)('is undefined where stable is %s', (_name, stable) => {
    expect(levelsOf(stable, 1, [1, 1, 1])).toBeUndefined()
  })

  it('is undefined without a stable pod', () => {
    expect(gaugeLevels({ kind: 'gauge', value: [[1, 2]] }, podsOf('canary'), 1)).toBeUndefined()
  })

  it('leaves out and names what is no number or too large for its square', () => {
    const levels = levelsOf([Number.NaN, Infinity, 1.001e60, -1.001e60, 1e60, 1], 6)
    expect(levels?.bad).toEqual({ ...noBadSamples(), notFinite: 2, tooLarge: 2 })
    expect([...(levels?.rows[0]?.values ?? [])]).toEqual([NaN, NaN, NaN, NaN, Math.log(1e60), 0])
  })

  it('takes levels below 1e-60 for zero, on either side of it', () => {
    const levels = levelsOf([0.999e-60, -0.999e-60, 1.001e-60, 2], 4)
    expect(levels?.toScale(1)).toBe(2)
    expect([...(levels?.rows[0]?.values ?? [])]).toEqual([0, 0, 2.002e-60, 4])
  })

  it('keeps known that a pod is an arm as a whole', () => {
    const pods: readonly Pod[] = [{ name: 'all', arm: 'stable', aggregate: true }]
    expect(gaugeLevels({ kind: 'gauge', value: [[1]] }, pods, 0)?.rows[0]?.aggregate).toBe(true)
  })
})
