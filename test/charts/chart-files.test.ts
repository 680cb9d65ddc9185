import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { chartFiles } from '../../scripts/chart/chart-files.ts'
import { documentedValues } from '../../scripts/chart/documented-values.ts'
import { valuesSchema } from '../../scripts/chart/values-schema.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const values = documentedValues(read('charts/canary-judge/values.yaml'))

test.each(Object.entries(chartFiles()))('npm run chart would write %s as it is', (path, text) => {
  expect(read(path)).toBe(text)
})

test('every value is described', () => {
  expect(values.filter(({ description }) => description === '').map(({ path }) => path.join('.'))).toEqual([])
})

test('every default is one that the schema allows', () => {
  const defaults: unknown = parse(read('charts/canary-judge/values.yaml'))
  expect(valuesSchema.safeParse(defaults).error?.issues).toBeUndefined()
})

const jsonSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown(),
})

test('the schema knows every value, values.yaml every key of the schema, and no section takes others', () => {
  const schema: unknown = JSON.parse(read('charts/canary-judge/values.schema.json'))
  const sections = new Set(values.flatMap(({ path }) => path.map((_, depth) => path.slice(0, depth).join('.'))))
  for (const section of sections) {
    const path = section === '' ? [] : section.split('.')
    const { properties = {}, additionalProperties } = schemaAt(schema, path)
    const inside = values.filter((each) => path.every((key, depth) => each.path[depth] === key))
    // `global` belongs to the charts that depend on this one.
    const known = Object.keys(properties).filter((key) => key !== 'global')
    expect([section, new Set(known)]).toEqual([section, new Set(inside.map((each) => each.path[path.length]))])
    expect([section, additionalProperties]).toEqual([section, false])
  }
})

const schemaAt = (schema: unknown, path: readonly string[]) =>
  path.reduce((inner, key) => jsonSchema.parse(inner.properties?.[key]), jsonSchema.parse(schema))

test('documentedValues() takes a map apart when each of its keys has a comment', () => {
  const yaml = '# About the file.\n\n# first\na: 1\nb:\n  # second\n  c: []\n# third\nd: { e: 1 }\n'
  expect(documentedValues(yaml)).toEqual([
    { path: ['a'], description: 'first', default: 1 },
    { path: ['b', 'c'], description: 'second', default: [] },
    { path: ['d'], description: 'third', default: { e: 1 } },
  ])
})

test('the chart and its image have the version of the package', () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')))
  expect(parse(read('charts/canary-judge/Chart.yaml'))).toMatchObject({ version, appVersion: version })
})
