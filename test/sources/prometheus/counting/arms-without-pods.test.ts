import { describe, expect, test } from 'vitest'
import { armsByLabel, type Labels } from '../../../../src/sources/prometheus/arms/arms.ts'
import { countProblems } from '../../../../src/sources/prometheus/counting/count-problems.ts'
import { type Counts, emptyCounts } from '../../../../src/sources/prometheus/counting/counts.ts'
import { extendCounts } from '../../../../src/sources/prometheus/counting/extend-counts.ts'
import { readCounts, slicing } from './counting-case.ts'

const arms = armsByLabel({
  label: 'version',
  canary: { text: 'v2' },
  stable: { text: 'v1' },
  common: [],
  targetLabels: ['job', 'instance'],
  defaults: { total: 'x', bad: 'x', histogram: 'x', unit: 'seconds' },
})

type Given = readonly [Labels, readonly number[]]

function counted(...rows: readonly Given[]): Counts {
  const total = rows.map(([labels, values]) => ({ labels, times: values.map((_, j) => 60 * j), values }))
  const points = Math.max(...rows.map(([, values]) => values.length))
  return extendCounts(emptyCounts('events'), { total, part: [] }, { arms, slicing, points })
}

const v1 = { version: 'v1' }

describe('counts of arms whose pods are not known', () => {
  test('fetchedCounts() gives one row an arm, and nothing of what is in neither', () => {
    const counts = counted(
      [{ ...v1, instance: 'a' }, [0, 10, 20]],
      [{ ...v1, instance: 'b' }, [0, 50, 70]],
      [{ version: 'v2', instance: 'a' }, [0, 3, 4]],
      [{ version: 'v0', instance: 'a' }, [0, 9, 9]],
      [{}, [0, 9, 9]],
    )
    expect(readCounts(counts, 2)).toEqual([
      { arm: 'canary', pod: undefined, total: [3, 1], parts: [[0, 0]] },
      { arm: 'stable', pod: undefined, total: [60, 30], parts: [[0, 0]] },
    ])
  })

  test('duplicateTargets() looks for them by instance', () => {
    const counts = counted(
      [{ ...v1, instance: 'a', job: 'one' }, [0, 200, 400]],
      [{ ...v1, instance: 'a', job: 'two' }, [0, 200, 400]],
      [{ ...v1, instance: 'b', job: 'one' }, [0, 200, 400]],
    )
    expect(readCounts(counts, 2)[0]?.total).toEqual([400, 400])
    expect(countProblems(counts, 2, 'm').map(({ text }) => text)).toEqual([
      'm: scraped twice, counted once: a',
    ])
  })

  test('countProblems() names instances, and targets without one', () => {
    const restart = [50, 60, 5]
    const texts = (...rows: readonly Given[]) =>
      countProblems(counted(...rows), 2, 'm').map(({ text }) => text.replace(/^.*: /, ''))
    expect(texts([{ ...v1, instance: 'a' }, restart])).toEqual(['a'])
    expect(texts([v1, restart])).toEqual(['a target'])
  })

  test('knownTargets() keeps targets apart whatever is in their labels', () => {
    const counts = counted(
      [{ ...v1, job: 'a', instance: '1:b' }, [0, 10]],
      [{ ...v1, job: 'a1:', instance: 'b' }, [0, 30]],
      [{ ...v1, job: 'a1:b', instance: '' }, [0, 50]],
    )
    expect(counts.targets).toHaveLength(3)
    expect(readCounts(counts, 1)[0]?.total).toEqual([90])
  })
})
