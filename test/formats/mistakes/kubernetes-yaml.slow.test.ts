import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { readYaml } from '../../../src/formats/mistakes/read-yaml.ts'
import { kubectlMissing } from '../../support/parts/tools.ts'

/** Plain values as people write them, one of each sort that YAML 1.1 and 1.2 may read differently. */
const values = [
  ['y', 'Y', 'yes', 'Yes', 'YES', 'yEs', 'on', 'On', 'ON', 'true', 'True', 'TRUE', '"yes"', "'on'"],
  ['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE', 'nO', '"no"', '!!str no'],
  ['010', '0o10', '0x1F', '08', '09', '+12', '-010', '12', '1.0', '0644', '00', '0'],
  ['1e3', '1.', '.5', '12e03', '1e', 'e5', '.', '-.', '._', '12345678901234567890'],
  ['1:30', '10:30.5', '190:20:30', '2001-12-14', '2001-12-14T21:59:43.10-05:00', '2001-12-14 21:59:43.10'],
  ['~', 'null', 'Null', 'NULL', 'nul', '=', '{<<: {a: 1}, b: 2}', '5m', '10%', '1.4.0'],
].flat()
const head =
  'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: web, annotations: { a: b } }\nspec:\n'
const text = `${head}${values.map((value, i) => `  v${i}: ${value}\n`).join('')}`

describe.skipIf(kubectlMissing() !== undefined)('readYaml(text) of an object of Kubernetes', () => {
  test('reads each value as kubectl does', () => {
    const args = ['annotate', '--local', '--filename=-', 'a=b', '--output=json']
    const byKubectl: unknown = JSON.parse(execFileSync('kubectl', args, { input: text, encoding: 'utf8' }))
    const reading = readYaml(text)
    expect({ ...reading, locate: undefined }).toEqual({ ok: true, value: byKubectl, locate: undefined })
  })
})
