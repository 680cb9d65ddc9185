import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { accuracyScenarios } from './accuracy-scenarios.ts'
import type { Job, JobDone } from './accuracy-worker.ts'
import type { Outcome } from './judge-rollouts.ts'
import { plotDetection } from './plots/plot-detection.ts'
import { plotErrors } from './plots/plot-errors.ts'
import { policies, type PolicyName } from './policies.ts'
import { toJson, toMarkdown, type Report } from './report.ts'
import { rules } from './rules/rules.ts'
import { runJobs } from './run-jobs.ts'
import { summarize } from './summarize.ts'
import { rolloutDefaults } from '../src/simulate/simulated-rollout.ts'

const rolloutsPerJob = 20
const worker = new URL('accuracy-worker.ts', import.meta.url)
const folder = new URL('results/', import.meta.url)

const help = `npm run bench:accuracy -- [options]
  --rollouts N         simulated rollouts in each scenario (200)
  --policy NAME        no-worse or default (no-worse)
  --scenario NAME      only this one; may be repeated
  --rule NAME          only this one; may be repeated
  --seed S             (1)
With --scenario or --rule the tables are printed and no file is written.`

const options = readOptions()
const policy = policies[options.policy]
const scenarios = accuracyScenarios(policy).filter(({ name }) => isChosen(options.scenario, name))
const chosenRules = rules.filter(({ name }) => isChosen(options.rule, name))
if (scenarios.length === 0 || chosenRules.length === 0)
  fail('expected the name of a scenario or rule that exists')

const report = await run()
const markdown = toMarkdown(report, chosenRules)
if (options.scenario === undefined && options.rule === undefined) write(report, markdown)
console.log(markdown)

async function run(): Promise<Report> {
  const { rollouts, seed } = options
  const started = performance.now()
  const outcomes = new Map<string, Outcome[]>()
  const jobs = scenarios.flatMap(({ name }) => jobsOf(name))
  let done = 0
  const onDone = ({ job, outcomes: found }: JobDone): void => {
    const known = outcomes.get(job.scenario) ?? []
    known.push(...found)
    outcomes.set(job.scenario, known)
    done += job.to - job.from
    showProgress(done, rollouts * scenarios.length, started)
  }
  await runJobs(jobs, { worker, onDone })
  process.stderr.write('\n')
  const steps = rolloutDefaults.plan.length
  const cells = scenarios.flatMap((scenario) =>
    chosenRules.map(({ name }) => {
      const own = (outcomes.get(scenario.name) ?? []).filter((outcome) => outcome.rule === name)
      return summarize(scenario, name, own, steps)
    }),
  )
  return { policy: options.policy, rollouts, seed, cells }
}

function jobsOf(scenario: string): readonly Job[] {
  const { rollouts, seed } = options
  return Array.from({ length: Math.ceil(rollouts / rolloutsPerJob) }, (_, index) => ({
    scenario,
    policy: options.policy,
    rules: chosenRules.map(({ name }) => name),
    seed,
    from: index * rolloutsPerJob,
    to: Math.min(rollouts, (index + 1) * rolloutsPerJob),
  }))
}

function write(result: Report, text: string): void {
  mkdirSync(folder, { recursive: true })
  const name = `accuracy-${result.policy}`
  writeFileSync(new URL(`${name}.md`, folder), text)
  writeFileSync(new URL(`${name}.json`, folder), toJson(result))
  writeFileSync(new URL(`${name}-errors.svg`, folder), plotErrors(result, rules))
  writeFileSync(new URL(`${name}-detection.svg`, folder), plotDetection(result, rules))
}

function showProgress(done: number, all: number, started: number): void {
  const seconds = (performance.now() - started) / 1000
  const left = Math.round((seconds / done) * (all - done))
  process.stderr.write(`\r${done} of ${all} rollouts, ${Math.round(seconds)} s, about ${left} s left   `)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        rollouts: { type: 'string', default: '200' },
        policy: { type: 'string', default: 'no-worse' },
        scenario: { type: 'string', multiple: true },
        rule: { type: 'string', multiple: true },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) fail('')
    const rollouts = Number(values.rollouts)
    if (!Number.isInteger(rollouts) || rollouts < 1) fail(`expected --rollouts ≥ 1, got ${values.rollouts}`)
    return { ...values, rollouts, policy: readPolicyName(values.policy) }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function readPolicyName(name: string): PolicyName {
  return name === 'no-worse' || name === 'default'
    ? name
    : fail(`expected --policy no-worse or default, got ${name}`)
}

function isChosen(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.includes(name)
}

function fail(message: string): never {
  console.error(message === '' ? help : `${message}\n\n${help}`)
  process.exit(message === '' ? 0 : 2)
}
