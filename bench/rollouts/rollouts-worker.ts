import { parentPort } from 'node:worker_threads'
import { cells } from './cells.ts'
import { rolloutRules } from './rollout-rules.ts'
import { runRollouts, type Tally } from './run-rollouts.ts'

export interface Job {
  readonly cell: string
  readonly rules: readonly string[]
  readonly seed: string
  readonly from: number
  readonly to: number
}

export interface JobDone {
  readonly job: Job
  readonly tallies: readonly Tally[]
}

parentPort?.on('message', (job: Job) => {
  const cell = cells.find(({ name }) => name === job.cell)
  if (cell === undefined) throw new Error(`expected a cell, got ${job.cell}`)
  const rules = rolloutRules.filter(({ name }) => job.rules.includes(name))
  const done: JobDone = { job, tallies: runRollouts(cell, rules, job.seed, job) }
  parentPort?.postMessage(done)
})
