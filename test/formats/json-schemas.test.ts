import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchemas, toSchemaText } from '../../scripts/contents/policy-json-schemas.ts'
import { parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'
import { parseRecording } from '../../src/formats/recording/parse-recording.ts'
import { writtenPolicy } from './policies.ts'
import { mistakesOf, plainRecording } from './recordings.ts'

/** The published file, read back as a schema: what an editor would accept. */
function published(name: string): (value: unknown) => boolean {
  const text = readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8')
  const schema = z.fromJSONSchema(JSON.parse(text))
  return (value) => schema.safeParse(value).success
}

describe.each(Object.entries(jsonSchemas()))('%s', (name, schema) => {
  it(`schemas/${name} is what npm run schemas writes`, () => {
    expect(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8')).toBe(toSchemaText(schema))
  })

  it(`schemas/${name} describes every field`, () => {
    expect(undescribed(schema, '')).toEqual([])
  })
})

function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, inner]: [string, unknown]) => {
    const missing =
      key === 'properties' ? Object.entries(inner ?? {}).filter(([, field]) => !isDescribed(field)) : []
    return [...missing.map(([field]) => `${path}.${field}`), ...undescribed(inner, `${path}.${key}`)]
  })
}

const isDescribed = (field: unknown): boolean =>
  typeof field === 'object' && field !== null && 'description' in field

describe('policy.schema.json', () => {
  const accepts = published('policy.schema.json')

  it('policy.schema.json accepts every policy that parsePolicyObject accepts', () => {
    fc.assert(
      fc.property(writtenPolicy(), (policy) => {
        expect(mistakesOf(() => parsePolicyObject(policy))).toEqual([])
        expect(accepts(policy)).toBe(true)
      }),
    )
  })

  const metric = (keys: object): object => ({ name: 'a', metrics: [{ name: 'a', kind: 'errors', ...keys }] })

  it.each([
    {},
    { name: 'a', metrics: [] },
    { name: 'a b', metrics: [{ name: 'a', kind: 'errors' }] },
    metric({ kind: 'error' }),
    metric({ kind: 'latency', absoluteMargin: 0.1 }),
    metric({ margin: 0.5 }),
    metric({ margin: 1 }),
    metric({ margin: '-5%' }),
    metric({ limit: 5 }),
    metric({ limit: 0 }),
    metric({ total: '' }),
    metric({ select: { canary: {}, stable: { a: 'b' } } }),
    metric({ select: { canary: { 'a-b': 'x' }, stable: { a: 'b' } } }),
    metric({ kind: 'latency', limit: 'soon' }),
    metric({ kind: 'latency', quantile: 'p' }),
    metric({ kind: 'gauge', limit: '5Xi' }),
    { ...metric({}), soak: '3' },
    { ...metric({}), soak: 180 },
    { ...metric({}), hold: { for: '1m', than: 'ask' } },
    { ...metric({}), mode: 'on' },
    { ...metric({}), extra: 1 },
  ])('policy.schema.json and parsePolicyObject both refuse %j', (policy) => {
    expect(mistakesOf(() => parsePolicyObject(policy))).not.toEqual([])
    expect(accepts(policy)).toBe(false)
  })
})

describe('recording.schema.json', () => {
  const accepts = published('recording.schema.json')
  const changed = (change: object): object => ({ ...plainRecording(), ...change })
  const gauge = (value: unknown): object => changed({ metrics: { m: { kind: 'gauge', value } } })

  it.each([
    plainRecording(),
    gauge([['NaN', '+Inf', '-Inf', null], null, [1, -2.5, 3, 4]]),
    changed({ id: 'x', problems: [] }),
  ])('recording.schema.json and parseRecording both accept example %#', (recording) => {
    expect(mistakesOf(() => parseRecording(recording))).toEqual([])
    expect(accepts(recording)).toBe(true)
  })

  it.each([
    gauge([['Infinity', 1, 1, 1], null, null]),
    gauge([[true, 1, 1, 1], null, null]),
    gauge(null),
    gauge([5, null, null]),
    changed({ extra: 1 }),
    changed({ start: 'now' }),
    changed({ slices: -1 }),
    changed({ pods: [{ name: 'a', arm: 'baseline' }] }),
    changed({ metrics: { m: { kind: 'gauge', value: [null, null, null], total: [] } } }),
  ])('recording.schema.json and parseRecording both refuse example %#', (recording) => {
    expect(mistakesOf(() => parseRecording(recording))).not.toEqual([])
    expect(accepts(recording)).toBe(false)
  })
})
