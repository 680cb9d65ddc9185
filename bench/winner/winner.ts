import { gatherEvidence } from '../../src/engine/decision/gather.ts'
import { decidePath } from '../../src/engine/decision/decide-path.ts'
import type { Policy } from '../../src/engine/index.ts'
import type { WinnerAnswer } from '../../src/engine/model/verdict.ts'
import { parsePolicyObject } from '../../src/formats/policy/parse-policy.ts'
import { type Experiment, experiment } from './winner-worlds.ts'

/** How often each answer was given, as shares. An experiment ends with its first answer. */
export interface Answers {
  readonly first: Readonly<Record<WinnerAnswer, number>>
  /** Minutes until the first answer, of those that had one. */
  readonly minutes: number
}

const metrics = {
  errors: { name: 'errors', kind: 'errors' },
  p95: { name: 'p95', kind: 'latency' },
  conversion: { name: 'conversion', kind: 'conversion' },
} as const

/** A policy with the usual tolerances and margins that decides for a winner. */
export const winnerPolicy = (...names: readonly (keyof typeof metrics)[]): Policy =>
  parsePolicyObject({ name: 'ab', decide: 'winner', metrics: names.map((name) => metrics[name]) }).policy

export function answersOf(
  world: Omit<Experiment, 'seed'>,
  policy: Policy,
  { count, name }: { readonly count: number; readonly name: string },
): Answers {
  const first = { 'canary-better': 0, 'stable-better': 0, 'each-better': 0, 'no-difference': 0, undecided: 0 }
  let minutes = 0
  for (let i = 0; i < count; i++) {
    const recording = experiment({ ...world, seed: `winner ${name} ${i}` })
    const looks = decidePath(gatherEvidence(recording, policy, recording.slices - 1))
    const found = looks.find(({ winner }) => winner?.answer !== 'undecided')
    const answer = found?.winner?.answer ?? 'undecided'
    first[answer] += 1 / count
    if (found !== undefined) minutes += (found.t + 1) / count
  }
  const answered = 1 - first.undecided
  return { first, minutes: answered > 0 ? minutes / answered : Number.NaN }
}
