import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describedService, planRollout } from '../../../src/engine/index.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { noises, plannedNoise } from '../../../src/simulate/noise.ts'
import { runCli } from '../streams.ts'

const run = (...args: readonly string[]) => runCli(['plan', ...args])

describe('canary-judge plan', () => {
  test('plan says for each step what fails, what is held and what is ruled out', async () => {
    const { code, out, err } = await run('--rps', '20', '--stages', '10,50', '--minutes', '15')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('steps: 10% for 15 min, 50% for 15 min\n')
    expect(out).toMatch(/^by the end of +10% +50%\n +after +15 min +30 min\n/m)
    expect(out).toMatch(/^errors +fails from +×[\d.]+ +×[\d.]+\n +held from +×.*\n +ruled out above +×/m)
    expect(out).toMatch(/^p95 +fails from +\+[\d.]+% +\+[\d.]+%\n/m)
  })

  test('plan --find says how long an effect takes at each weight, and in these steps', async () => {
    const { out } = await run('--rps', '20', '--find', 'errors=3', '--find', 'p95=1%')
    expect(out).toMatch(
      /errors ×3: \d+ min at 5%, \d+ min at 25%, \d+ min at 50%; these steps show it after \d+ min\./,
    )
    expect(out).toMatch(/p95 \+1%: .*; these steps do not show it\./)
  })

  test('plan --patience proposes steps of that length together, and keys of the policy', async () => {
    const { out } = await run('--rps', '1', '--patience', '1h', '--json')
    const { proposal, rps, errorRate, stages, metrics } = JSON.parse(out)
    expect(proposal.stages.minutes.reduce((sum: number, one: number) => sum + one, 0)).toBe(60)
    expect(proposal.policy.slice(0, 2)).toEqual(['rollout: 1h', 'hold: { for: 20m, then: ask }'])
    expect({ rps, errorRate, weights: stages.weights }).toEqual({
      rps: 1,
      errorRate: 0.5,
      weights: [5, 25, 50],
    })
    expect(metrics[0].steps).toHaveLength(3)
  })

  test('plan --json has the numbers of the flags as they were given', async () => {
    const numbers = ['--rps', '20', '--error-rate', '0.07', '--p95', '8.2', '--conversion', '29']
    const { out } = await run(...numbers, '--json')
    expect(JSON.parse(out)).toMatchObject({ rps: 20, errorRate: 0.07, p95: 8.2, conversion: 29 })
  })

  test('plan --find repeats the effect as it was asked for', async () => {
    const effects = ['errors=1.25', 'p95=2.5%', 'conversion=0.5%'].flatMap((one) => ['--find', one])
    const { out } = await run('--rps', '20', '--conversion', '29', ...effects)
    for (const text of ['errors ×1.25: ', 'p95 +2.5%: ', 'conversion −0.5%: ']) expect(out).toContain(text)
  })

  test('plan leaves the metrics that are not planned their share of falseAbort', async () => {
    const policyFile = async (name: string, more: string): Promise<string> => {
      const file = join(await mkdtemp(join(tmpdir(), 'canary-judge-plan-')), `${name}.yaml`)
      await writeFile(file, `name: ${name}\nmetrics:\n  - {name: errors, kind: errors}\n${more}`)
      return file
    }
    const gauge = "  - {name: memory, kind: gauge, query: 'memory'}\n"
    const shownBy = async (file: string): Promise<number> => {
      const { out } = await run('--rps', '20', '--json', '--policy', file)
      return JSON.parse(out).metrics[0].path.find(({ minute }: { minute: number }) => minute === 25).shown
    }
    const alone = await shownBy(await policyFile('alone', ''))
    const beside = await shownBy(await policyFile('beside', gauge))
    const page = planRollout(
      describedService(
        {
          rps: 20,
          pods: 10,
          errorRate: 0.005,
          p95Seconds: 0.3,
          conversionRate: 0.2,
          ...plannedNoise(noises.quiet),
        },
        parsePolicy(await readFile(await policyFile('beside', gauge), 'utf8')).policy,
      ),
      parsePolicy(await readFile(await policyFile('beside', gauge), 'utf8')).policy,
      { weights: [5, 25, 50], minutes: [10, 10, 10] },
    )
    expect(beside).toBeGreaterThan(alone)
    expect(beside).toBe(page[0]?.path.find(({ minute }) => minute === 25)?.shown)
    const { code, err } = await run(
      '--rps',
      '20',
      '--find',
      'memory=20%',
      '--policy',
      await policyFile('beside', gauge),
    )
    expect([code, err]).toEqual([3, expect.stringContaining('--find: expected a metric (errors)')])
  })

  test.each([
    [
      ['--rps', '5', '--rollouts', '10', '--find', 'errors=2'],
      '--find, --patience: expected no --rollouts beside them, because they are computed',
    ],
    [
      ['--rps', '5', '--rollouts', '10', '--patience', '1h'],
      '--find, --patience: expected no --rollouts beside them, because they are computed',
    ],
    [['--rps', '5', '--find', 'errors=1'], '--find: expected a metric (errors, p95) and how much worse'],
    [['--rps', '5', '--find', 'orders=2'], '--find: expected a metric (errors, p95) and how much worse'],
    [['--rps', '5', '--patience', '4m'], '--patience: expected time for a step'],
    [['--rps', '5', '--patience', 'soon'], '--patience: expected a duration from 1m to 7d'],
    [[], 'expected --rps of the service, or --prometheus or --config to measure it'],
    [['--prometheus', 'http://127.0.0.1:1'], 'expected --namespace and --name of the workload to measure'],
  ])('plan %j is refused', async (args, words) => {
    const { code, err } = await run(...args)
    expect(code).toBe(3)
    expect(err).toContain(words)
  })
})
