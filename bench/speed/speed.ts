/**
 * Measures what a look costs with a real Prometheus: npm run bench:speed
 *
 * `--load` measures many looks (speed-load.ts), and `--fleet` 300 rollouts of 100 pods (speed-fleet.ts).
 */
import { outcomesBySlice } from '../../src/engine/outcomes-by-slice.ts'
import { prometheusMissing, startPrometheus } from '../../test/support/parts/prometheus.ts'
import { loadavg } from 'node:os'
import { bareLook } from './bare-look.ts'
import { type Passed, startCountingProxy } from './counting-proxy.ts'
import { coldAndWarm, type Cost, createSubject, type Look, policy, type Subject } from './speed-looks.ts'

/** Other processes can only make a repeat slower, so the quickest one counts. Short looks are repeated more often. */
const sizes = [
  { pods: 10, repeats: 20 },
  { pods: 100, repeats: 8 },
  { pods: 500, repeats: 5 },
] as const

if (process.argv.includes('--load')) await import('./speed-load.ts')
else if (process.argv.includes('--fleet')) await import('./speed-fleet.ts')
else if (prometheusMissing() === undefined) await run()
else {
  console.error(prometheusMissing())
  process.exitCode = 1
}

interface Row {
  readonly subject: Subject
  readonly passed: { readonly cold: Passed; readonly warm: Passed }
  readonly cold: readonly Look[]
  readonly warm: readonly Look[]
  /** The same queries by a client that only sends them. */
  readonly bareCold: readonly Cost[]
  readonly bareWarm: readonly Cost[]
}

async function run(): Promise<void> {
  const rows: Row[] = []
  for (const { pods, repeats } of sizes) {
    // one server at a time: the text of all of them would not fit into one string
    const subject = createSubject(pods)
    const server = await startPrometheus({ openMetrics: subject.text })
    try {
      rows.push(await rowOf(server.url, subject, repeats))
    } finally {
      await server.stop()
    }
  }
  report(rows)
}

async function rowOf(url: string, subject: Subject, repeats: number): Promise<Row> {
  const passed = await passedOf(url, subject)
  const [cold, warm, bareCold, bareWarm]: [Look[], Look[], Cost[], Cost[]] = [[], [], [], []]
  for (let i = 0; i < repeats; i++) {
    const looks = await coldAndWarm(url, subject)
    cold.push(looks.cold)
    warm.push(looks.warm)
    bareCold.push(await bareLook(url, passed.cold.requests))
    bareWarm.push(await bareLook(url, passed.warm.requests))
  }
  return { subject, passed, cold, warm, bareCold, bareWarm }
}

/** What a look sends and gets; this also warms the server up. */
async function passedOf(url: string, subject: Subject): Promise<Row['passed']> {
  const proxy = await startCountingProxy(url)
  let cold: Passed = { points: 0, requests: [] }
  await coldAndWarm(proxy.url, subject, () => {
    cold = proxy.take()
  })
  const warm = proxy.take()
  proxy.close()
  return { cold, warm }
}

function report(rows: readonly Row[]): void {
  print(['pods', 'look', 'wall ms', 'slowest ms', 'look / query', '(median)', 'own cpu ms', 'points'])
  for (const { subject, passed, cold, warm, bareCold, bareWarm } of rows) {
    printCosts([subject.pods, 'cold'], cold, passed.cold.points)
    printCosts(['', '  bare client'], bareCold, passed.cold.points)
    printCosts([subject.pods, 'warm'], warm, passed.warm.points)
    printCosts(['', '  bare client'], bareWarm, passed.warm.points)
  }
  console.log(
    `\nload average of the machine: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}\n`,
  )
  checkAll(rows)
}

function printCosts(names: readonly (string | number)[], costs: readonly Cost[], points: number): void {
  const best = quickest(costs)
  const ms = (seconds: number): string => (1000 * seconds).toFixed(1)
  print([
    ...names,
    ms(best.seconds),
    ms(best.slowest),
    ratioOf(costs).toFixed(2),
    medianRatio(costs).toFixed(2),
    ms(best.cpuSeconds),
    points,
  ])
}

function checkAll(rows: readonly Row[]): void {
  for (const { subject, passed, cold, warm } of rows) {
    check(`${subject.pods} pods: a cold look is at most 1.25 of its slowest query`, ratioOf(cold), 1.25)
    check(`${subject.pods} pods: a warm look is at most 1.25 of its slowest query`, ratioOf(warm), 1.25)
    check(
      `${subject.pods} pods: a warm look reads at most 10 % of a cold one's points`,
      (100 * passed.warm.points) / passed.cold.points,
      10,
      ' %',
    )
  }
  const [, hundred = 0, most = 0] = rows.map(({ cold }) => quickest(cold).seconds)
  check(
    'cost grows linearly: exponent of a cold look from 100 to 500 pods',
    Math.log(most / hundred) / Math.log(5),
    1.15,
  )
  for (const { subject, cold } of rows) {
    const [look] = cold
    if (look === undefined) continue
    const { slices } = look.recording
    const micros = (1e6 * timeOf(() => outcomesBySlice(look.recording, policy))) / slices
    check(`${subject.pods} pods: the engine takes under a millisecond for a slice`, micros, 1000, ' µs')
  }
}

function ratioOf(costs: readonly Cost[]): number {
  const { seconds, slowest } = quickest(costs)
  return seconds / slowest
}

function medianRatio(costs: readonly Cost[]): number {
  const ratios = costs.map(({ seconds, slowest }) => seconds / slowest).toSorted((a, b) => a - b)
  return ratios[Math.floor(ratios.length / 2)] ?? Number.NaN
}

function quickest<T extends Cost>(costs: readonly T[]): T {
  const [first] = costs.toSorted((a, b) => a.seconds - b.seconds)
  if (first === undefined) throw new Error('expected a look')
  return first
}

/** Seconds of processor time of one call, once it is compiled. */
function timeOf(act: () => unknown): number {
  for (let i = 0; i < 3; i++) act()
  const begin = performance.now()
  const cpu = process.cpuUsage()
  let count = 0
  while (count === 0 || performance.now() - begin < 500) {
    act()
    count += 1
  }
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / 1e6 / count
}

function check(target: string, reached: number, most: number, unit = ''): void {
  const passed = reached <= most
  if (!passed) process.exitCode = 1
  console.log(`${passed ? 'PASS' : 'FAIL'}  ${target}: ${reached.toFixed(2)}${unit} (${most}${unit})`)
}

function print(cells: readonly (string | number)[]): void {
  console.log(cells.map((cell) => String(cell).padStart(16)).join(''))
}
