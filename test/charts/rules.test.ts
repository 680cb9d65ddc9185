import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { prometheusMissing } from '../support/parts/prometheus.ts'
import { objectOf, renderChart } from './parts/helm.ts'

const run = promisify(execFile)
const groups = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(z.looseObject({ labels: z.record(z.string(), z.string()).optional() })),
    }),
  ),
})
const missing = goToolMissing('helm') ?? prometheusMissing()

describe.skipIf(missing !== undefined)('the PrometheusRule', () => {
  test('is good for promtool, with all alerts of docs/operations.md and the labels that the values add', async () => {
    const objects = await renderChart({ file: 'monitoring' })
    const spec = groups.parse(objectOf(objects, 'PrometheusRule')['spec'])
    const [own, added] = spec.groups
    const alerts = groups.parse(parse(readFileSync('charts/canary-judge/files/alerts.yaml', 'utf8'))).groups[0]
    expect(own?.rules).toEqual(
      alerts?.rules.map((rule) => ({ ...rule, labels: { ...rule.labels, severity: 'warning' } })),
    )
    expect(added?.name).toBe('ours')
    const folder = await mkdtemp(join(tmpdir(), 'canary-judge-rules-'))
    try {
      await writeFile(join(folder, 'rules.yaml'), stringify(spec))
      const { stdout } = await run('promtool', ['check', 'rules', join(folder, 'rules.yaml')])
      expect(stdout).toContain(`SUCCESS: ${(own?.rules.length ?? 0) + 1} rules found`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
