/**
 * Asks for 200 looks a second at 1 000 open rollouts, from the same process that the image runs: npm run bench:speed -- --load [seconds]
 *
 * The clock of the rollouts stands still while the load runs, so that all looks are at slices that were seen before.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { createLiveWorld } from '../../test/whole-rollouts/live-world.ts'
import { createSimulatedClock } from '../../test/controllers/simulated-clock.ts'
import { runMain } from '../../test/support/service/run-main.ts'

const targets = { rate: 200, p99Ms: 100, rssMb: 300 }
const rollouts = 1000
const minute = 60_000
const seconds = Number(process.argv.find((arg) => /^\d+$/.test(arg)) ?? 20)
const token = 'bench-token-0123456789'

/** The looks are small, because the simulated Prometheus costs more than the service does. */
const policy = `
name: load
select: istio-service
history: 10m
metrics:
  - {name: errors, kind: errors}
`

const root = join(import.meta.dirname, '../..')
execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit' })
const clock = createSimulatedClock(Date.parse('2026-11-20T10:00:00Z'))
const folder = mkdtempSync(join(tmpdir(), 'canary-judge-load-'))
const clockFile = join(folder, 'clock')
writeFileSync(join(folder, 'load.yaml'), policy)
const config = join(folder, 'config')
writeFileSync(config, `policies: { directory: '${folder}' }\n`)
const world = await createLiveWorld({ clock, controller: 'argo', decoys: false })
world.setWeight(5)
await clock.wait(6 * minute)
writeFileSync(clockFile, String(clock.now()))
const service = await runMain(
  {
    PROMETHEUS_URL: world.url,
    CANARY_JUDGE_CONFIG: config,
    CANARY_JUDGE_TOKENS: `bench:judge:${token}`,
    DATABASE_URL: `sqlite:${join(folder, 'judge.db')}`,
    SIMULATED_CLOCK: clockFile,
    NODE_ENV: 'production',
  },
  join(root, 'dist/main.js'),
  [...productionFlags(), '--import', join(import.meta.dirname, 'set-clock.ts')],
)

try {
  const { port } = await service.line('ready')
  const url = `http://127.0.0.1:${String(port)}/v1/argo`
  const started = performance.now()
  await load(url, { amount: rollouts, connections: 4 })
  const openedIn = (performance.now() - started) / 1000
  const cached = await load(url, { duration: seconds, connections: 20, overallRate: targets.rate })
  writeFileSync(clockFile, String(clock.now() + minute))
  await clock.wait(minute)
  const fresh = await load(url, { amount: rollouts, connections: 4 })
  report(openedIn, cached, fresh)
} finally {
  await service[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
}

/** The options that `npm start` gives to Node; the image gives the same ones. */
function productionFlags(): readonly string[] {
  const { scripts }: { readonly scripts: { readonly start: string } } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  return scripts.start.split(' ').slice(1, -1)
}

function load(url: string, options: Partial<autocannon.Options>): Promise<autocannon.Result> {
  const { canary, stable } = world.identity.revisions
  const names = { namespace: 'shop', canaryHash: canary, stableHash: stable, policy: 'load' }
  let n = 0
  return autocannon({
    url,
    ...options,
    timeout: 30,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        setupRequest: (request) => ({
          ...request,
          body: JSON.stringify({
            ...names,
            name: `web-${n++ % rollouts}`,
            service: 'web',
            step: '1',
            of: '3',
            weight: '5',
            next: '25',
          }),
        }),
      },
    ],
  })
}

function report(openedIn: number, cached: autocannon.Result, fresh: autocannon.Result): void {
  const rss = memory('VmRSS')
  const rate = cached.requests.average
  const failed = [cached, fresh].reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0)
  const lines = [
    line('looks a second, cached', `≥ ${targets.rate * 0.99}`, rate, rate >= targets.rate * 0.99),
    line('p99 of them, ms', `≤ ${targets.p99Ms}`, cached.latency.p99, cached.latency.p99 <= targets.p99Ms),
    line('answers other than 200', '0', failed, failed === 0),
    line('RSS with 1 000 open rollouts, MB', `≤ ${targets.rssMb}`, rss, rss <= targets.rssMb),
  ]
  const busy = loadavg()[0]?.toFixed(1) ?? '?'
  console.log(`${availableParallelism()} cores, load average ${busy}, ${seconds} s`)
  console.log(lines.join('\n'))
  console.log(`p50 ${cached.latency.p50} ms, p97.5 ${cached.latency.p97_5} ms, max ${cached.latency.max} ms`)
  console.log(`${rollouts} rollouts opened, each with its history, in ${openedIn.toFixed(1)} s`)
  console.log(
    `a minute later, a new slice of each: ${fresh.requests.average.toFixed(0)} looks a second, p99 ${fresh.latency.p99} ms`,
  )
  console.log(`highest RSS ${memory('VmHWM')} MB`)
}

function line(what: string, target: string, figure: number, met: boolean): string {
  return `${what.padEnd(34)} ${target.padStart(6)} ${String(Math.round(figure)).padStart(6)}  ${met ? 'PASS' : 'FAIL'}`
}

function memory(what: string): number {
  const status = readFileSync(`/proc/${service.child.pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
}
