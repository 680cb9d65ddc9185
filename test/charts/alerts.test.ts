import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { prometheusMissing } from '../support/parts/prometheus.ts'

const run = promisify(execFile)
const alertsFile = fileURLToPath(new URL('../../charts/canary-judge/files/alerts.yaml', import.meta.url))
const testFile = fileURLToPath(new URL('alerts.promtool.yaml', import.meta.url))
const namesIn = (text: string, key: string): ReadonlySet<string> =>
  new Set(text.match(new RegExp(`(?<=${key}: )\\w+`, 'g')))

test('alerts.promtool.yaml plays every alert', () => {
  const alerts = namesIn(readFileSync(alertsFile, 'utf8'), 'alert')
  expect(alerts.size).toBeGreaterThan(10)
  expect(namesIn(readFileSync(testFile, 'utf8'), 'alertname')).toEqual(alerts)
})

describe.skipIf(prometheusMissing() !== undefined)('promtool', () => {
  test('sees every alert fire when it should, and not before', async () => {
    const { stdout } = await run('promtool', ['test', 'rules', testFile])
    expect(stdout).toContain('SUCCESS')
  })

  test('takes the file as it is', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', alertsFile])
    expect(stdout).toContain('SUCCESS: 11 rules found')
  })
})
