import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fixtureRecordings, toFixtureText } from '../../scripts/contents/fixture-recordings.ts'
import { aggregateArms } from '../../src/simulate/aggregate-arms.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { errorRate, metric, podsOf, slowerShare, total } from './read-recording.ts'

const folder = new URL('../fixtures/recordings/', import.meta.url)
const read = (name: string) =>
  parseRecording(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')))

describe('test/fixtures/recordings', () => {
  test.each(Object.entries(fixtureRecordings()))(
    '%s.json is what npm run fixtures writes',
    (name, recording) => {
      expect(readFileSync(new URL(`${name}.json`, folder), 'utf8')).toBe(toFixtureText(recording))
      expect(read(name)).toEqual(recording)
    },
  )

  test('holds no recording that the script does not make', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(fixtureRecordings())
        .map((name) => `${name}.json`)
        .sort(),
    )
  })

  test('healthy is alike in both arms', () => {
    expect(errorRate(read('healthy'), 'canary') / errorRate(read('healthy'), 'stable')).toBeCloseTo(1, 0)
  })

  test('errors-x10 fails ten times as often', () => {
    const ratio = errorRate(read('errors-x10'), 'canary') / errorRate(read('errors-x10'), 'stable')
    expect(ratio).toBeGreaterThan(8)
    expect(ratio).toBeLessThan(12.5)
  })

  test('latency-x2 has more requests over a bound than stable has over half of it', () => {
    const slow = slowerShare(read('latency-x2'), 'canary', 0.2)
    expect(slow / slowerShare(read('latency-x2'), 'stable', 0.1)).toBeCloseTo(1, 1)
  })

  test('no-canary-data has canary pods and no sample of theirs', () => {
    const recording = read('no-canary-data')
    expect(recording.pods.some((pod) => pod.arm === 'canary')).toBe(true)
    expect(podsOf(recording, 'canary', metric(recording, 'errors').total).flat()).toEqual([])
    const arms = aggregateArms(recording)
    expect(new Set(metric(arms, 'gauge').value[1])).toEqual(new Set([null]))
    expect(new Set(metric(arms, 'latency').above[1]?.flat())).toEqual(new Set([null]))
    expect(errorRate(arms, 'stable')).toBe(errorRate(recording, 'stable'))
  })

  test('too-little-traffic has under 100 canary requests', () => {
    const recording = read('too-little-traffic')
    expect(total(podsOf(recording, 'canary', metric(recording, 'errors').total))).toBeLessThan(100)
  })
})
