import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vitest/node'
import { expect, test } from 'vitest'
import { whyNotLinear } from '../support/measures/regex-cost.ts'

const root = join(import.meta.dirname, '../../src')

interface Found {
  readonly source: string
  readonly flags: string
}

/** Every regular expression in a file, and every `new RegExp`, which no test can read. */
function expressionsIn(text: string): { readonly literals: readonly Found[]; readonly made: number } {
  const literals: Found[] = []
  let made = 0
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    if ('regex' in value && typeof value.regex === 'object' && value.regex !== null) {
      const { pattern, flags }: { pattern?: unknown; flags?: unknown } = value.regex
      literals.push({ source: String(pattern), flags: String(flags) })
    }
    if ('callee' in value && JSON.stringify(value.callee).includes('"name":"RegExp"')) made += 1
    for (const inner of Object.values(value)) visit(inner)
  }
  visit(parseAst(text, { lang: 'ts' }))
  return { literals, made }
}

const files = globSync('**/*.ts', { cwd: root }).map((path) => ({
  path,
  ...expressionsIn(readFileSync(join(root, path), 'utf8')),
}))

/** These patterns read only short texts that no one outside writes. */
const harmless = new Map([
  [String.raw`\B(?=(\d{3})+$)`, 'the digits of a number'],
  [
    String.raw`^CANARY_JUDGE(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$|^CANARY_JUDGE_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$`,
    'the name of a variable of the environment',
  ],
])
/** These patterns are made from constants, or from the patterns of presets, whose parts are escaped. */
const makers = [
  'cli/ship/kubectl.ts',
  'formats/policy/amounts.ts',
  'sources/prometheus/arms/arms.ts',
  'sources/prometheus/arms/pod-names.ts',
  'sources/prometheus/diagnosis/missing-arm.ts',
  'store/storable-text.ts',
]

test('every regular expression of the service reads any text in linear time', () => {
  const slow = files.flatMap(({ path, literals }) =>
    literals.flatMap(({ source, flags }) => {
      const why = whyNotLinearSafely(source, flags)
      return why === undefined || harmless.has(source) ? [] : [`${path}: /${source}/${flags}: ${why}`]
    }),
  )
  expect(files.flatMap(({ literals }) => literals).length).toBeGreaterThan(50)
  expect(slow).toEqual([])
})

/** A pattern that it cannot read also counts as slow. */
function whyNotLinearSafely(source: string, flags: string): string | undefined {
  try {
    return whyNotLinear(source, flags)
  } catch (error) {
    return String(error)
  }
}

test('no regular expression of the service is made of a text, but in the files that are known for it', () => {
  expect(
    files
      .filter(({ made }) => made > 0)
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(makers)
})

test.each([
  [String.raw`\{\{\s*([^{}]*?)\s*\}\}`, 'g'],
  [String.raw`\s+$`, ''],
  [String.raw`\/+$`, ''],
  ['^(a+)+$', ''],
  ['^(a|a)*b', ''],
  ['^(a|ab)*(c|bc)d*d*e', ''],
  ['^a*a*b', ''],
  [String.raw`^([\d.]+)(.*)$`, ''],
  ['x*y', ''],
])('whyNotLinear(/%s/%s) says why', (source, flags) => {
  expect(whyNotLinear(source, flags)).toBeTypeOf('string')
})

test.each([
  [String.raw`\{\{([^{}]*)\}\}`, 'g'],
  [String.raw`(?<!\/)\/+$`, ''],
  [String.raw`[\p{C}\p{Z}\s]+`, 'gu'],
  ['^[a-z]+=(.*)$', 's'],
  [String.raw`^([\d.]+)(.*)$`, 's'],
  ['^(?:a|b)*c', ''],
  ['^(ab|ac)+d$', ''],
  ['^a{1,62}b', ''],
])('whyNotLinear(/%s/%s) is undefined', (source, flags) => {
  expect(whyNotLinear(source, flags)).toBeUndefined()
})
