/**
 * What a look costs, against a real Prometheus: npm run bench:speed
 *
 * With `--load`, what many looks cost: see speed-load.ts.
 */
import { walk } from '../src/analysis/walk.ts'
import { prometheusMissing, startPrometheus } from '../test/support/prometheus.ts'
import { startCountingProxy } from './counting-proxy.ts'
import { coldAndWarm, createSubject, policy, type Look, type Subject } from './speed-looks.ts'

/** Neighbours on the machine only add, so the quickest of the repeats counts. */
const repeats = 5
const sizes = [10, 100, 500] as const

if (process.argv.includes('--load')) await import('./speed-load.ts')
else if (prometheusMissing() === undefined) await run()
else {
  console.error(prometheusMissing())
  process.exitCode = 1
}

interface Row {
  readonly subject: Subject
  readonly cold: readonly Look[]
  readonly warm: readonly Look[]
}

async function run(): Promise<void> {
  const rows: Row[] = []
  const read = new Map<number, { readonly cold: number; readonly warm: number }>()
  for (const pods of sizes) {
    // one server at a time: the text of all of them would not fit into one string
    const subject = createSubject(pods)
    const server = await startPrometheus({ openMetrics: subject.text })
    try {
      read.set(pods, await pointsOf(server.url, subject))
      const pairs = []
      for (let i = 0; i < repeats; i++) pairs.push(await coldAndWarm(server.url, subject))
      rows.push({ subject, cold: pairs.map(({ cold }) => cold), warm: pairs.map(({ warm }) => warm) })
    } finally {
      await server.stop()
    }
  }
  report(rows, read)
}

/** Also warms the server up. */
async function pointsOf(
  url: string,
  subject: Subject,
): Promise<{ readonly cold: number; readonly warm: number }> {
  const proxy = await startCountingProxy(url)
  let cold = 0
  await coldAndWarm(proxy.url, subject, () => {
    cold = proxy.take().points
  })
  const warm = proxy.take().points
  proxy.close()
  return { cold, warm }
}

function report(
  rows: readonly Row[],
  read: ReadonlyMap<number, { readonly cold: number; readonly warm: number }>,
): void {
  const head = ['pods', 'look', 'wall ms', 'slowest query ms', 'look / query', 'own cpu ms', 'points']
  print(head)
  const costs: number[] = []
  for (const { subject, cold, warm } of rows) {
    const points = read.get(subject.pods)
    for (const [name, looks, count] of [
      ['cold', cold, points?.cold ?? 0] as const,
      ['warm', warm, points?.warm ?? 0] as const,
    ]) {
      const best = quickest(looks)
      const ms = (value: number): string => (1000 * value).toFixed(1)
      print([
        subject.pods,
        name,
        ms(best.seconds),
        ms(best.slowest),
        ratioOf(looks).toFixed(2),
        ms(best.cpuSeconds),
        count,
      ])
    }
    costs.push(quickest(cold).seconds)
  }
  console.log('')
  for (const { subject, cold, warm } of rows) {
    check(`${subject.pods} pods: a cold look is at most 1.25 of its slowest query`, ratioOf(cold), 1.25)
    check(`${subject.pods} pods: a warm look is at most 1.25 of its slowest query`, ratioOf(warm), 1.25)
    const { cold: all, warm: some } = read.get(subject.pods) ?? { cold: 0, warm: 0 }
    check(
      `${subject.pods} pods: a warm look reads at most 10 % of a cold one's points`,
      (100 * some) / all,
      10,
      ' %',
    )
  }
  const [, hundred = 0, most = 0] = costs
  check(
    'cost grows linearly: exponent of a cold look from 100 to 500 pods',
    Math.log(most / hundred) / Math.log(5),
    1.15,
  )
  for (const { subject, cold } of rows) {
    const [look] = cold
    if (look === undefined) continue
    const { slices } = look.recording
    const micros = (1e6 * timeOf(() => walk(look.recording, policy))) / slices
    check(`${subject.pods} pods: the engine takes under a millisecond for a slice`, micros, 1000, ' µs')
  }
}

function ratioOf(looks: readonly Look[]): number {
  const { seconds, slowest } = quickest(looks)
  return seconds / slowest
}

function quickest(looks: readonly Look[]): Look {
  const [first] = looks.toSorted((a, b) => a.seconds - b.seconds)
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
