/**
 * Measures what 300 rollouts of 100 pods each cost one service: npm run bench:speed -- --fleet [rollouts [slices]]
 *
 * All rollouts have the pods of one simulated service. A real Prometheus answers each query once, and later answers come
 * from memory, so that only the service is measured. `--profile FOLDER` writes a CPU profile of the service.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import autocannon from 'autocannon'
import { startPrometheus } from '../../test/support/parts/prometheus.ts'
import { runMain } from '../../test/support/service/run-main.ts'
import { startRememberingProxy } from './remembering-proxy.ts'
import { createSubject } from './speed-looks.ts'

const targets = { looksPerSecond: 25, healthP99Ms: 50 }
const minute = 60_000
const [rollouts = 300, slices = 5] = process.argv.filter((arg) => /^\d+$/.test(arg)).map(Number)
const token = 'bench-token-0123456789'
const root = join(import.meta.dirname, '../..')

execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit' })
const folder = mkdtempSync(join(tmpdir(), 'canary-judge-fleet-'))
const clockFile = join(folder, 'clock')
const { world, text } = createSubject(100)
const { identity, expected } = world
const begun = Date.parse(expected.start) + expected.rolloutStart * minute
let now = begun + 6 * minute + 30_000
writeFileSync(clockFile, String(now))
const prometheus = await startPrometheus({ openMetrics: text })
const proxy = await startRememberingProxy(prometheus.url, () => now / 1000)
const service = await runMain(
  {
    PROMETHEUS_URL: proxy.url,
    CANARY_JUDGE_TOKENS: `bench:judge:${token}`,
    DATABASE_URL: `sqlite:${join(folder, 'judge.db')}`,
    SIMULATED_CLOCK: clockFile,
    NODE_ENV: 'production',
  },
  join(root, 'dist/main.js'),
  [...productionFlags(), ...profileFlags(), '--import', join(import.meta.dirname, 'set-clock.ts')],
)

/** The main thread has the same number as the process. */
const mainThread = `task/${service.child.pid}/`

try {
  const { port } = await service.line('ready')
  const url = `http://127.0.0.1:${String(port)}`
  report('a first look at each, with its history', await phase(url))
  for (let slice = 0; slice < slices; slice++) {
    now += minute
    writeFileSync(clockFile, String(now))
    report(`a new slice of each, number ${slice + 1}`, await phase(url))
  }
  console.log(`load average of the machine: ${loadavg()[0]?.toFixed(1) ?? '?'}`)
} finally {
  service.child.kill('SIGTERM')
  await service.ended
  proxy.close()
  await prometheus.stop()
  rmSync(folder, { recursive: true, force: true })
}

interface Phase {
  readonly looksPerSecond: number
  readonly failed: number
  /** Processor time of all threads of the service for one look. */
  readonly cpuMs: number
  /** Processor time of the main thread, which answers every request, for one look. */
  readonly mainMs: number
  readonly healthP99Ms: number
}

async function phase(url: string): Promise<Phase> {
  const before = { all: cpuMs(''), main: cpuMs(mainThread) }
  const health = askHealth(url)
  const { requests, non2xx, errors } = await load(url)
  const healthP99Ms = await health()
  return {
    looksPerSecond: requests.average,
    failed: non2xx + errors,
    cpuMs: (cpuMs('') - before.all) / rollouts,
    mainMs: (cpuMs(mainThread) - before.main) / rollouts,
    healthP99Ms,
  }
}

function load(url: string): Promise<autocannon.Result> {
  const { canary, stable } = identity.revisions
  let n = 0
  return autocannon({
    url: `${url}/v1/argo`,
    amount: rollouts,
    connections: 8,
    timeout: 60,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        setupRequest: (request) => ({
          ...request,
          body: JSON.stringify({
            namespace: identity.namespace,
            name: `web-${n++ % rollouts}`,
            target: identity.target,
            canaryHash: canary,
            stableHash: stable,
            step: '1',
            of: '3',
            weight: '10',
            next: '50',
            minutes: '15',
          }),
        }),
      },
    ],
  })
}

/** Asks for the health from a thread of its own, so that the load does not delay it. Gives the p99 of the waits. */
function askHealth(url: string): () => Promise<number> {
  const asking = new Worker(join(import.meta.dirname, 'ask-health.ts'), { workerData: `${url}/healthz` })
  return () =>
    new Promise((resolve) => {
      asking.once('message', (p99: number) => {
        resolve(p99)
        void asking.terminate()
      })
      asking.postMessage('stop')
    })
}

/** Linux counts processor time in ticks of 10 ms. */
function cpuMs(part: string): number {
  const stat = readFileSync(`/proc/${service.child.pid}/${part}stat`, 'utf8')
  const fields = stat.split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

function productionFlags(): readonly string[] {
  const { scripts }: { readonly scripts: { readonly start: string } } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  return scripts.start.split(' ').slice(1, -1)
}

function profileFlags(): readonly string[] {
  const at = process.argv.indexOf('--profile')
  return at < 0 ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.argv[at + 1] ?? '.'}`]
}

function report(what: string, { looksPerSecond, failed, cpuMs: cpu, mainMs, healthP99Ms }: Phase): void {
  const status = readFileSync(`/proc/${service.child.pid}/status`, 'utf8')
  const rss = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
  const met = looksPerSecond >= targets.looksPerSecond && healthP99Ms <= targets.healthP99Ms && failed === 0
  console.log(
    `${met ? 'PASS' : 'FAIL'}  ${what}: ${looksPerSecond.toFixed(1)} looks a second, ${cpu.toFixed(1)} ms of CPU each, ` +
      `${mainMs.toFixed(1)} of them in the main thread, ` +
      `p99 of /healthz ${healthP99Ms.toFixed(0)} ms, ${failed} failed, RSS ${rss} MB`,
  )
}
