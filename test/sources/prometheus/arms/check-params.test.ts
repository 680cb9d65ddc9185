import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AppError } from '../../../../src/errors.ts'
import { parsePolicy } from '../../../../src/formats/policy/parse-policy.ts'
import { checkParams, presetParams } from '../../../../src/sources/prometheus/arms/check-params.ts'

const policyOf = (select: string, more = '') =>
  parsePolicy(`name: web\nselect: ${select}\nmetrics:\n  - {name: errors, kind: errors${more}}\n`).policy
const byTeam = '{canary: {app: "{{name}}-{{ team }}"}, stable: {app: "{{name}}-{{team}}-{{stable}}"}}'

const issuesOf = (...given: Parameters<typeof checkParams>): readonly string[] => {
  try {
    checkParams(...given)
    return []
  } catch (error) {
    return error instanceof AppError ? error.issues.map(({ path, message }) => `${path}: ${message}`) : ['?']
  }
}

test('presetParams are what the presets read', () => {
  const folder = new URL('../../../../src/sources/prometheus/arms/', import.meta.url)
  const files = [
    'preset-context.ts',
    ...readdirSync(new URL('presets/', folder)).map((file) => `presets/${file}`),
  ]
  const read = files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/\bparam\('(\w+)'\)/g)].map(
      ([, key = '']) => key,
    ),
  )
  expect([...new Set(read)].toSorted()).toEqual([...presetParams])
})

test.each(presetParams)(
  'checkParams() takes %s whatever the preset, since one manifest serves several',
  (key) => {
    expect(issuesOf(policyOf('pods'), { [key]: 'x' })).toEqual([])
  },
)

test('checkParams() names what is unknown with what is known, and what is missing', () => {
  expect(issuesOf(policyOf('pods'), { sevice: 'web' })).toEqual([
    `params.sevice: expected one of ${presetParams.join(', ')}, got "sevice"`,
  ])
  const missing = 'params.team: expected a value, since policy "web" selects by it, got nothing'
  expect(issuesOf(policyOf(byTeam), {})).toEqual([missing])
  expect(issuesOf(policyOf(byTeam), { team: '' })).toEqual([missing])
  expect(issuesOf(policyOf('pods', `, select: ${byTeam}`), {})).toEqual([missing])
  expect(issuesOf(policyOf(byTeam), { team: 'a', tean: 'b' })).toEqual([
    expect.stringContaining('stableVersion, target, team, got "tean"'),
  ])
})

test('checkParams() takes what a selection names, and what is empty for absent', () => {
  expect(issuesOf(policyOf(byTeam), { team: 'a', service: 'b' })).toEqual([])
  expect(issuesOf(policyOf('pods'), { nonsense: '' })).toEqual([])
})
