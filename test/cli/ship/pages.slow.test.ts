import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { kubectlMissing } from '../../support/parts/tools.ts'
import { openLab } from './lab.ts'
import { openStandIn } from './lab-cluster.ts'

const run = promisify(execFile)
const pages = ['README.md', ...globSync(['docs/**/*.md', 'rollouts/**/*.md'])].toSorted()
const commands = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^canary-judge ship start (?:[^\n]*\\\n)*[^\n]*/gm)].map(
    ([command]) => ({ page, command }),
  ),
)

describe.skipIf(kubectlMissing() !== undefined)('canary-judge ship start', { timeout: 120_000 }, () => {
  test.each(commands)('as $page has it would begin a release', async ({ command }) => {
    const lab = await openLab(await openStandIn())
    try {
      const [, apps = ''] = /--app (\S+)/.exec(command) ?? []
      for (const app of apps.split(',')) await lab.seedStable(app, 10)
      const cli = `canary-judge() { '${process.execPath}' '${resolve('src/cli.ts')}' "$@" --dry-run; }`
      const env = { ...process.env, ...lab.env }
      const { stdout } = await run('bash', ['-euc', `${cli}\n${command}`], { env })
      for (const app of apps.split(',')) expect(stdout).toContain(`"name": "${app}-canary"`)
      const [, stages = ''] = /--stages (\S+)/.exec(command) ?? []
      expect(stdout.match(/# ask the judge/g)).toHaveLength(stages.split(',').length)
    } finally {
      await lab.close()
    }
  })

  test('is shown in the pages on pipelines, on plain Deployments and on several services', () => {
    const shown = new Set(commands.map(({ page }) => page))
    expect([...shown]).toEqual(
      expect.arrayContaining([
        'docs/guides/several-services.md',
        'docs/pipelines.md',
        'rollouts/deployments/README.md',
      ]),
    )
  })
})
