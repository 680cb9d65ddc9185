import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ABSOLUTE_SHARE } from '../../src/engine/decision/error-budget.ts'
import { kinds as engineKinds } from '../../src/engine/kinds/kinds.ts'
import { parsePolicy, parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'
import { metricSchema } from '../../src/formats/policy/metric-schema.ts'
import { holdSchema, policySchema } from '../../src/formats/policy/policy-schema.ts'
import { createPolicyLibrary } from '../../src/judge/judge.ts'
import { codeBlocks, readText, root, tableRows } from './markdown.ts'

const page = readText('docs/policies.md')
const rows = tableRows(page, 'key')
const kinds = ['errors', 'latency', 'conversion', 'gauge', 'restarts', 'series'] as const
const unquoted = (cell: string): string => cell.replaceAll('`', '')

/** Rows of the table of a policy have three cells, those of the table of metrics eight. */
const policyRows = rows
  .filter(({ length }) => length === 3)
  .map(([key = '', preset = '']) => ({ key: unquoted(key), preset }))
const metricRows = rows
  .filter(({ length }) => length === 8)
  .map(([key = '', ...cells]) => ({ key: unquoted(key), cells }))

const policyOf = (change: object, metric: object = {}) =>
  parsePolicyObject({ name: 'a', metrics: [{ name: 'm', kind: 'errors', ...metric }], ...change })

describe('docs/policies.md', () => {
  test('lists every key of a policy and no other', () => {
    const { hold: _, ...shape } = policySchema.shape
    const keys = [...Object.keys(shape), ...Object.keys(holdSchema.shape).map((key) => `hold.${key}`)]
    expect(policyRows.map(({ key }) => key).toSorted()).toEqual(keys.toSorted())
  })

  test.each(policyRows.filter(({ preset }) => preset !== '–' && preset !== '`none`'))(
    'says of $key what writing it changes nothing',
    ({ key, preset }) => {
      const [outer = '', inner] = key.split('.')
      const value: unknown = parse(unquoted(preset))
      const written = policyOf({ [outer]: inner === undefined ? value : { [inner]: value } })
      expect(written.policy).toEqual(policyOf({}).policy)
    },
  )

  test.each(policyRows.filter(({ preset }) => preset === '–'))(
    'says of $key that it is needed',
    ({ key }) => {
      expect(() =>
        parsePolicyObject({ name: 'a', metrics: [{ name: 'm', kind: 'errors' }], [key]: undefined }),
      ).toThrow(key)
    },
  )

  describe.each(kinds.map((kind, column) => ({ kind, column })))('of $kind', ({ kind, column }) => {
    // a series cannot be written without its direction
    const needed = kind === 'series' ? { harm: 'down' } : {}
    const schema = metricSchema.options.find((option) => option.shape.kind.value === kind)
    const cells = metricRows.map(({ key, cells: each }) => ({ key, cell: each[column] ?? '' }))

    test('lists every key and no other', () => {
      const has = cells.filter(({ cell }) => cell !== '–').map(({ key }) => key)
      expect(has.toSorted()).toEqual(Object.keys(schema?.shape ?? {}).toSorted())
    })

    test.each(cells.filter(({ cell }) => cell.startsWith('`')))('gives $key its default', ({ key, cell }) => {
      const written = policyOf({}, { kind, ...needed, [key]: parse(unquoted(cell)) })
      expect(written.policy).toEqual(policyOf({}, { kind, ...needed }).policy)
    })

    test('gives no default to a key that has one, and one to each that has', () => {
      const [plain] = policyOf({}, { kind, ...needed }).policy.metrics
      const without = cells.filter(
        ({ key, cell }) => cell === 'none' && !['name', 'kind', ...Object.keys(needed)].includes(key),
      )
      expect(without.filter(({ key }) => key in Object(plain))).toEqual([])
    })
  })

  test('lists every bundled policy with its preset', () => {
    const listed = tableRows(page, 'policy').map(([link = '', preset = '']) => [
      /`(.+)`/.exec(link)?.[1],
      unquoted(preset),
    ])
    const bundled = readdirSync(join(root, 'policies')).map((file) => {
      const { name, select } = parsePolicy(readText(`policies/${file}`), file).policy
      return [name, 'preset' in select ? select.preset : 'labels']
    })
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(bundled))
  })

  test('gives the weights by which falseAbort is divided', () => {
    const shares = tableRows(page, 'kind').map(([kind = '', share]) => [kind, Number(share)])
    const ofKinds = Object.entries(engineKinds).map(([kind, { evidenceShare }]) => [kind, evidenceShare])
    expect(Object.fromEntries(shares)).toEqual({ ...Object.fromEntries(ofKinds), absolute: ABSOLUTE_SHARE })
  })

  test.each(codeBlocks(page).filter(({ language }) => language === 'yaml'))(
    'has an example without mistakes, %#',
    async ({ text }) => {
      const library = createPolicyLibrary()
      await library.load({ bundled: join(root, 'policies') })
      expect(parsePolicy(text, 'example', undefined, library.bases()).warnings).toEqual([])
    },
  )
})
