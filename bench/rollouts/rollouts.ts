import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { runJobs } from '../run-jobs.ts'
import { cells, isHealthy, type RolloutCell } from './cells.ts'
import { plotCost } from './plots/plot-cost.ts'
import { plotHandsOff } from './plots/plot-hands-off.ts'
import { readRolloutResults } from './read-results.ts'
import { type Report, toJson, toMarkdown } from './report.ts'
import { rolloutRules } from './rollout-rules.ts'
import type { Job, JobDone } from './rollouts-worker.ts'
import { add, type Tally } from './run-rollouts.ts'

const worker = new URL('rollouts-worker.ts', import.meta.url)

const help = `npm run bench:rollouts -- [options]
  --healthy N     simulated rollouts in each healthy cell (400)
  --harmful N     and in each harmful one (100)
  --minutes M     begin no more after so long; cells then have equally many, but for one
  --workers N     (as many as there are cores)
  --short         a few cells in under a minute, for CI
  --cell TEXT     only cells whose name contains it; may be repeated
  --rule NAME     only this one; may be repeated
  --seed S        (1)
  --add FILE      counts the rollouts of an earlier run with another seed too; may be repeated
  --out FOLDER    where the files are written (bench/results)
With --short, --cell or --rule the tables are printed, and files are written only with --out.`

const options = readOptions()
const chosenCells = cells.filter(({ name }) => isChosen(name))
const chosenRules = rolloutRules.filter(
  ({ name }) => options.rule === undefined || options.rule.includes(name),
)
if (chosenCells.length === 0 || chosenRules.length === 0)
  fail('expected the name of a cell or rule that exists')

const report = await run()
const markdown = toMarkdown(report, chosenRules)
const isWhole = options.cell === undefined && options.rule === undefined && !options.short
if (options.out !== undefined || isWhole) write(report, markdown)
console.log(markdown)

async function run(): Promise<Report> {
  const started = performance.now()
  const jobs = allJobs()
  const earlier = options.add.map((file) => readRolloutResults(readFileSync(file, 'utf8')))
  const tallies = new Map<string, Tally>()
  const count = (cell: string, tally: Tally): void => {
    const known = tallies.get(`${cell} ${tally.rule}`)
    tallies.set(`${cell} ${tally.rule}`, known === undefined ? tally : add(known, tally))
  }
  for (const { cell, ...tally } of earlier.flatMap(({ results }) => results)) count(cell.name, tally)
  let done = 0
  const isOver = (): boolean => performance.now() - started > options.minutes * 60_000
  const onDone = ({ job, tallies: found }: JobDone): void => {
    for (const tally of found) count(job.cell, tally)
    done += job.to - job.from
    showProgress(done, jobs.length, started)
  }
  const { workers } = options
  await runJobs(jobs, { worker, isOver, onDone, ...(workers !== undefined && { workers }) })
  process.stderr.write('\n')
  const found = chosenCells.flatMap((cell) =>
    chosenRules.flatMap(({ name }) => {
      const tally = tallies.get(`${cell.name} ${name}`)
      return tally === undefined || tally.rollouts === 0 ? [] : [{ cell, ...tally }]
    }),
  )
  const command = [...earlier.map((one) => one.command), commandLine()].join(' && ')
  return { seed: options.seed, command, results: found }
}

/** Takes one rollout of each cell in turn, so that a run that is cut short has some of every cell. */
function allJobs(): readonly Job[] {
  const rules = chosenRules.map(({ name }) => name)
  const jobs = chosenCells.flatMap((cell) => {
    const rollouts = isHealthy(cell) ? options.healthy : options.harmful
    return Array.from({ length: rollouts }, (_, from) => ({
      order: from / rollouts,
      job: { cell: cell.name, rules, seed: options.seed, from, to: from + 1 },
    }))
  })
  return jobs.toSorted((a, b) => a.order - b.order).map(({ job }) => job)
}

function write(result: Report, text: string): void {
  const folder =
    options.out === undefined
      ? new URL('../results/', import.meta.url)
      : pathToFileURL(`${resolve(options.out)}/`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('rollouts.md', folder), text)
  writeFileSync(new URL('rollouts.json', folder), toJson(result))
  writeFileSync(new URL('rollouts-hands-off.svg', folder), plotHandsOff(result, chosenRules))
  writeFileSync(new URL('rollouts-cost.svg', folder), plotCost(result, chosenRules))
}

function showProgress(done: number, all: number, started: number): void {
  const seconds = (performance.now() - started) / 1000
  const left = Math.round(Math.min((seconds / done) * (all - done), options.minutes * 60 - seconds))
  process.stderr.write(`\r${done} of ${all} rollouts, ${Math.round(seconds)} s, about ${left} s left   `)
}

/** The selection for CI: each sort of cell once, under the rule of the judge and one rival. */
function isShort(cell: RolloutCell): boolean {
  const { rps, base, noise, part } = cell
  if (base !== 0.005 || (rps !== 5 && rps !== 50)) return false
  if (isHealthy(cell)) return part === 'by traffic' || (noise === 'quiet' && rps === 5)
  return (
    part === 'harm by traffic' && ['errors-x2', 'errors-x10', 'latency-25', 'crash'].includes(cell.effect)
  )
}

function isChosen(name: string): boolean {
  const cell = cells.find((one) => one.name === name)
  if (options.short && (cell === undefined || !isShort(cell))) return false
  return options.cell === undefined || options.cell.some((text) => name.includes(text))
}

/** The command line of this run, without file names, which differ between machines. */
function commandLine(): string {
  const isFile = (word: string | undefined): boolean => word === '--out' || word === '--add'
  const given = process.argv.slice(2).filter((word, i, all) => !isFile(word) && !isFile(all[i - 1]))
  return ['npm run bench:rollouts', ...(given.length > 0 ? ['--', ...given] : [])].join(' ')
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        healthy: { type: 'string' },
        harmful: { type: 'string' },
        minutes: { type: 'string', default: '100000' },
        workers: { type: 'string' },
        short: { type: 'boolean', default: false },
        cell: { type: 'string', multiple: true },
        rule: { type: 'string', multiple: true },
        seed: { type: 'string', default: '1' },
        add: { type: 'string', multiple: true, default: [] },
        out: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) fail('')
    const healthy = whole('--healthy', values.healthy ?? (values.short ? '12' : '400'))
    const harmful = whole('--harmful', values.harmful ?? (values.short ? '8' : '100'))
    const workers = values.workers === undefined ? undefined : whole('--workers', values.workers)
    return { ...values, healthy, harmful, workers, minutes: whole('--minutes', values.minutes) }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function whole(name: string, text: string): number {
  const value = Number(text)
  return Number.isInteger(value) && value >= 1 ? value : fail(`expected ${name} ≥ 1, got ${text}`)
}

function fail(message: string): never {
  console.error(message === '' ? help : `${message}\n\n${help}`)
  process.exit(message === '' ? 0 : 2)
}
