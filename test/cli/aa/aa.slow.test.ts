import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'
import { noises } from '../../../src/simulate/noise.ts'
import { createWorld } from '../../support/simulated-world/create-world.ts'
import { prometheusMissing, type PrometheusServer, startPrometheus } from '../../support/parts/prometheus.ts'
import { openMetricsParts } from '../../support/simulated-prometheus/to-open-metrics.ts'
import { type Ran, runCli } from '../run-cli.ts'
import { playTruth, samplesOf, type SteadyService } from './steady-service.ts'

const missing = prometheusMissing()
const hours = 8
const rollouts = 16
const weights = [25, 50]
const policyText = `
name: web
metrics:
  - {name: errors, kind: errors, total: http_requests_total, bad: 'http_requests_total{code=~"5.."}'}
  - {name: p95, kind: latency, histogram: http_request_duration_seconds}
`

const services: readonly SteadyService[] = (['quiet', 'bursty', 'clumped'] as const).map((name) => ({
  name,
  noise: noises[name],
  pods: 8,
  rps: 10,
}))

const until = new Date(Date.parse('2026-01-05T00:00:00Z') + hours * 3_600_000).toISOString()

interface Share {
  readonly share: number
  readonly effective: number
}

interface Answer {
  readonly rollouts: number
  readonly healthy: Readonly<Record<'aborted' | 'promoted' | 'asked', Share>>
  readonly releases: readonly { readonly release: string; readonly promoted: number }[]
}

describe.skipIf(missing !== undefined)(`aa before a real Prometheus ${missing ?? ''}`, () => {
  let prometheus: PrometheusServer | undefined
  let folder = ''

  beforeAll(async () => {
    const proxied = createWorld({
      recording: simulateRollout({
        seed: 'nginx',
        start: '2026-01-05T00:00:00Z',
        history: 300,
        plan: [],
        stablePods: 2,
      }),
      convention: 'nginx',
      controller: 'flagger',
      namespace: 'nginx',
      seed: 'nginx',
      staleMarkers: false,
      decoys: false,
    })
    const series = [...services.flatMap((service) => samplesOf(service, hours)), ...proxied.series]
    prometheus = await startPrometheus({ openMetrics: openMetricsParts(series) })
    folder = await mkdtemp(join(tmpdir(), 'canary-judge-aa-'))
    await writeFile(join(folder, 'web.yaml'), policyText)
  }, 120_000)

  afterAll(async () => {
    await prometheus?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const aa = (namespace: string, more: string, policy = 'web'): Promise<Ran> =>
    runCli(
      `aa --policy ${join(folder, `${policy}.yaml`)} --prometheus ${prometheus?.url} --namespace ${namespace} ` +
        `--name web --stages ${weights.join(',')} --minutes 10 --since ${hours}h --until ${until} ${more}`,
    )

  test.each(services)('comes within three standard errors of the truth in $name noise', async (service) => {
    const { code, out, err } = await aa(service.name, `--rollouts ${rollouts} --json`)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const answer: Answer = JSON.parse(out)
    expect(answer.rollouts).toBe(rollouts)
    const plan = { policy: parsePolicy(policyText, 'web').policy, weights, minutes: 10 }
    const truth = (effect: object, end: string): number =>
      Array.from({ length: rollouts }, (_, i) => playTruth(service, effect, plan, i)).filter(
        (played) => played.end === end,
      ).length / rollouts
    const { aborted, promoted } = answer.healthy
    expectNear(aborted, truth({}, 'aborted'))
    expectNear(promoted, truth({}, 'promoted'))
    const missed = answer.releases.find(({ release }) => release === 'errors ×2')?.promoted ?? -1
    expectNear({ share: missed, effective: aborted.effective }, truth({ errors: 2 }, 'promoted'))
  })

  test('writes a report, and goes on from the file', async () => {
    const file = join(folder, 'saved.jsonl')
    const first = await aa('quiet', `--rollouts 10 --save ${file}`)
    expect(first.out).toMatch(
      /^10 pretended rollouts of quiet\/web, 2026-01-05 00:00 to 2026-01-05 08:00: pods of stable as canaries\nsteps: 25% for 10 min, 50% for 10 min\n/,
    )
    expect(first.out).toMatch(
      /\nOn this service web aborts \S+% \(0% to \S+%\) of healthy rollouts; \S+% \(\S+% to 100%\) pass/,
    )
    expect(first.out).toMatch(
      /\nIt finds errors ×5 in 100% of rollouts, half of these within \d+ minutes\.\n/,
    )
    expect(await aa('quiet', `--rollouts 10 --save ${file}`)).toEqual(first)
  })

  test('says what cannot be done where series have no pods', async () => {
    const requests = 'nginx_ingress_controller_requests'
    await writeFile(
      join(folder, 'nginx.yaml'),
      `{name: nginx, select: nginx-ingress, metrics: [{name: errors, kind: errors, total: ${requests}, bad: '${requests}{status=~"5.."}'}]}`,
    )
    const { code, err } = await aa('nginx', '--rollouts 10 --param controller=flagger', 'nginx')
    expect(code).toBe(3)
    expect(err).toContain(
      'expected series with the label of a pod, got none for errors: stable cannot be divided',
    )
  })

  test('says when no version served alone for long enough', async () => {
    const { code, err } = await aa('elsewhere', '--rollouts 10')
    expect(code).toBe(3)
    expect(err).toContain(
      'hours in which one version of elsewhere/web served alone, got none; versions seen: 0',
    )
  })
})

describe.skipIf(missing !== undefined)(`aa before a Prometheus that answers little ${missing ?? ''}`, () => {
  test('reads a long time in parts, and plays as many rollouts', async () => {
    const [service] = services
    if (service === undefined) throw new Error('expected a service')
    const openMetrics = openMetricsParts(samplesOf(service, hours))
    const prometheus = await startPrometheus({ openMetrics, maxSamples: 12_000 })
    const folder = await mkdtemp(join(tmpdir(), 'canary-judge-aa-'))
    try {
      await writeFile(join(folder, 'web.yaml'), policyText)
      const file = join(folder, 'saved.jsonl')
      const { code, out, err } = await runCli(
        `aa --policy ${join(folder, 'web.yaml')} --prometheus ${prometheus.url} --namespace ${service.name} --name web ` +
          `--stages 50 --minutes 10 --since ${hours}h --until ${until} --rollouts 10 --save ${file} --json`,
      )
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(JSON.parse(out)).toMatchObject({ rollouts: 10 })
      const parts = (await readFile(file, 'utf8')).trimEnd().split('\n')
      expect(parts.length).toBeGreaterThan(1)
    } finally {
      await prometheus.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

/** Both shares are of samples, so that the standard error is of their difference; none is ever quite certain. */
function expectNear({ share, effective }: Share, truth: number): void {
  const variance = (p: number, n: number): number => {
    const careful = (p * n + 1) / (n + 2)
    return (careful * (1 - careful)) / n
  }
  const error = Math.sqrt(variance(share, effective) + variance(truth, rollouts))
  expect(Math.abs(share - truth) / error).toBeLessThan(3)
}
