import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recording } from '../../engine/model/recording.ts'
import { recordingToJson } from '../../formats/recording/recording-to-json.ts'
import { simulateRollout } from '../../simulate/simulate-rollout.ts'
import { rolloutDefaults } from '../../simulate/simulated-rollout.ts'
import { type DemoService, demoServices } from './live-rollout.ts'

export interface DemoFiles {
  readonly config: string
  readonly policy: string
  /** One line each, in the order of the rollouts. */
  readonly recordings: string
  readonly rollouts: readonly DemoRollout[]
}

interface DemoRollout {
  readonly name: string
  /** What is wrong with the canary. */
  readonly story: string
  /** The body of a request to judge it. */
  readonly request: string
}

const policy = `# Every other key has its default; docs/policies.md lists them.
name: demo
metrics:
  - { name: errors, kind: errors }
  - { name: latency, kind: latency, quantile: 0.95 }
  - { name: conversion, kind: conversion }
  - { name: memory, kind: gauge }
`

const byHand = `name: by-hand
extends: demo
approval: manual
`

/** Writes configuration, policy and simulated recordings into the folder, where they can be looked at and changed. */
export async function writeDemoFiles(folder: string): Promise<DemoFiles> {
  const policies = join(folder, 'policies')
  const files = {
    config: join(folder, 'config.yaml'),
    policy: join(policies, 'demo.yaml'),
    recordings: join(folder, 'recordings.jsonl'),
  }
  await mkdir(policies, { recursive: true })
  await writeFile(files.config, 'policies: { directory: policies }\ndefaultPolicy: demo\n')
  await writeFile(files.policy, policy)
  await writeFile(join(policies, 'by-hand.yaml'), byHand)
  // no recording contains what a person decides
  const recorded = Object.entries(demoServices).filter(([, service]) => service.policy === undefined)
  const recordings = recorded.map(([name, plan]) => recordingToJson(simulate(name, plan)))
  await writeFile(files.recordings, recordings.map(toLine).join(''))
  const rollouts = recorded.map(async ([name, { story }], index) => {
    const request = join(folder, `${name}.json`)
    const revisions = { canary: { revision: 'v2' }, stable: { revision: 'v1' } }
    await writeFile(request, toLine({ namespace: 'demo', name, ...revisions, recording: recordings[index] }))
    return { name, story, request }
  })
  return { ...files, rollouts: await Promise.all(rollouts) }
}

const toLine = (value: object): string => `${JSON.stringify(value)}\n`

/** Two hours of history, then three steps of ten minutes at 5, 25 and 50 percent. */
function simulate(name: string, { effect, rps }: DemoService): Recording {
  const traffic = { rps, podSd: 0 }
  return simulateRollout({ ...rolloutDefaults, seed: `demo ${name}`, id: name, effect, traffic })
}
