import { parentPort } from 'node:worker_threads'
import { accuracyScenarios } from './accuracy-scenarios.ts'
import { judgeRollouts, type Outcome } from './judge-rollouts.ts'
import { policies, type PolicyName } from './policies.ts'
import { rules } from './rules/rules.ts'

export interface Job {
  readonly scenario: string
  readonly policy: PolicyName
  readonly rules: readonly string[]
  readonly seed: string
  readonly from: number
  readonly to: number
}

export interface JobDone {
  readonly job: Job
  readonly outcomes: readonly Outcome[]
}

parentPort?.on('message', (job: Job) => {
  const policy = policies[job.policy]
  const scenario = accuracyScenarios(policy).find(({ name }) => name === job.scenario)
  if (scenario === undefined) throw new Error(`expected a scenario, got ${job.scenario}`)
  const chosen = rules.filter(({ name }) => job.rules.includes(name))
  const done: JobDone = { job, outcomes: judgeRollouts({ ...job, scenario, policy, rules: chosen }) }
  parentPort?.postMessage(done)
})
