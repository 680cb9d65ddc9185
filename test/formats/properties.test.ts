import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/engine/model/recording.ts'
import { parsePolicy, parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { policyToYaml } from '../../src/formats/policy/policy-to-yaml.ts'
import { recordingDigest } from '../support/measures/recording-digest.ts'
import { recordingToJson } from '../../src/formats/recording/recording-to-json.ts'
import { writtenPolicy } from './policies.ts'
import { mistakesOf, plainRecording } from './recordings.ts'

/** Puts a key into the n-th map found anywhere in the value, and says where; undefined when there are fewer. */
function withKey(
  value: unknown,
  n: number,
  skip: (path: string) => boolean,
): { value: unknown; path: string } | undefined {
  const copy: unknown = structuredClone(value)
  const maps: { map: object; path: string }[] = []
  const walk = (inner: unknown, path: string): void => {
    if (typeof inner !== 'object' || inner === null) return
    if (!Array.isArray(inner) && !skip(path)) maps.push({ map: inner, path })
    for (const [key, next] of Object.entries(inner)) walk(next, `${path}/${key}`)
  }
  walk(copy, '')
  const found = maps[n % maps.length]
  if (found === undefined) return undefined
  Object.assign(found.map, { unheardOf: 1 })
  return { value: copy, path: found.path }
}

describe('policies', () => {
  it('parsePolicy(policyToYaml(policy)) is the policy, with the same digest', () => {
    fc.assert(
      fc.property(writtenPolicy(), (written) => {
        const { policy, digest } = parsePolicyObject(written)
        const again = parsePolicy(policyToYaml(policy))
        expect(again.policy).toEqual(policy)
        expect(again.digest).toBe(digest)
      }),
    )
  })

  it('parsePolicyObject(policy) refuses an unknown key in any of its maps', () => {
    const isLabels = (path: string): boolean => /select\/(?:labels|canary|stable)$/.test(path)
    fc.assert(
      fc.property(writtenPolicy(), fc.nat(40), (policy, n) => {
        const bad = withKey(policy, n, isLabels)
        const mistakes = mistakesOf(() => parsePolicyObject(bad?.value))
        expect(mistakes.some((mistake) => mistake.includes('unknown key "unheardOf"'))).toBe(true)
      }),
    )
  })

  it('parsePolicyObject(anything) throws nothing but AppError', () => {
    const key = fc.constantFrom(
      'name',
      'metrics',
      'hold',
      'select',
      '__proto__',
      'constructor',
      'kind',
      'canary',
    )
    const value = fc.anything({
      key,
      withBigInt: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    })
    fc.assert(
      fc.property(value, fc.boolean(), (anything, asMetric) => {
        const policy = asMetric ? { name: 'a', metrics: [anything] } : anything
        expect(mistakesOf(() => parsePolicyObject(policy)).length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })

  it('parsePolicy(any text) throws nothing but AppError', () => {
    const piece = fc.constantFrom(
      'name',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a',
      '*a',
      '<<',
      '!!x ',
      '|',
      '%',
      '#',
      '\t',
      '\0',
      'metrics',
      'kind: errors',
      '---',
      '? ',
      '1e999',
      '~',
      ',',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (yaml) => {
        expect(mistakesOf(() => parsePolicy(yaml)).length).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('recordings', () => {
  const sample = fc.oneof(fc.nat(1e6), fc.double(), fc.constant(null))

  it('parseRecording(recordingToJson(recording)) is the recording, with the same digest', () => {
    const size = fc.record({ stable: fc.nat(3), canary: fc.nat(3), slices: fc.integer({ min: 3, max: 6 }) })
    fc.assert(
      fc.property(size, fc.infiniteStream(sample), (of, samples) => {
        const recording = parseRecording(plainRecording(of))
        // JSON has no −0.
        const found = (): readonly Sample[] =>
          [...samples.take(of.slices)].map((value) => (value === 0 ? 0 : value))
        const value = recording.pods.map(found)
        const noisy = {
          ...recording,
          metrics: { ...recording.metrics, noise: { kind: 'gauge' as const, value } },
        }
        const again = parseRecording(JSON.parse(JSON.stringify(recordingToJson(noisy))))
        expect(again).toEqual(noisy)
        expect(recordingDigest(again)).toBe(recordingDigest(noisy))
      }),
    )
  })

  it('parseRecording(recording) refuses an unknown key in any of its maps', () => {
    fc.assert(
      fc.property(fc.nat(100), (n) => {
        const bad = withKey(plainRecording(), n, (path) => path === '/metrics')
        const mistakes = mistakesOf(() => parseRecording(bad?.value))
        expect(mistakes.some((mistake) => mistake.includes('unknown key "unheardOf"'))).toBe(true)
      }),
    )
  })

  it('parseRecording(recording with anything anywhere) throws nothing but AppError', () => {
    const plain = plainRecording()
    const keys = [
      'format',
      'slices',
      'start',
      'pods',
      'steps',
      'metrics',
      'gates',
      'sliceSeconds',
      'rolloutStart',
      'problems',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...keys, 'errors', 'row'),
        fc.anything({ withBigInt: true, withMap: true, withSparseArray: true }),
        (key, value) => {
          const errors = { kind: 'errors', bad: key === 'row' ? [value, value, value] : value, total: value }
          const metrics = key === 'errors' || key === 'row' ? { metrics: { errors } } : { [key]: value }
          expect(() => mistakesOf(() => parseRecording({ ...plain, ...metrics }))).not.toThrow()
        },
      ),
      { numRuns: 500 },
    )
  })
})
