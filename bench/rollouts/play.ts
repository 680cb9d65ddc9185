import type { Decided } from '../../src/engine/decision/decide.ts'
import { decidePath } from '../../src/engine/decision/decide-path.ts'
import { gatherEvidence, type RunEvidence } from '../../src/engine/decision/gather.ts'
import type { Policy } from '../../src/engine/model/policy.ts'
import { type Played, playRollout } from '../../src/simulate/play-rollout.ts'
import { plans } from './plans.ts'
import type { Rollout } from './rollout.ts'

/** Plays a rollout with a look every minute. */
export function play(rollout: Rollout, policy: Policy, judge: Judge): Played {
  return playRollout((lengths) => judge(rollout, lengths, policy).map(({ judged }) => judged), {
    planned: plans[rollout.cell.plan].minutes,
    hold: policy.hold.forSeconds / 60,
    waits: policy.pass === 'strict',
  })
}

export type Judge = (rollout: Rollout, lengths: readonly number[], policy: Policy) => readonly Decided[]

/** Lets the engine decide each look. Policies that differ only in `pass` share the evidence. */
export function engineJudge(): Judge {
  const known = new Map<string, RunEvidence>()
  return (rollout, lengths, policy) => {
    const strict = policy.pass === 'strict' ? 'strict ' : ''
    const key = `${strict}${lengths.join(' ')}`
    const recording = rollout.recording(lengths)
    const run = known.get(key) ?? gatherEvidence(recording, policy, recording.slices - 1)
    known.set(key, run)
    return decidePath({ ...run, policy })
  }
}
