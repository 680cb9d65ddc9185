import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { createRandom } from '../../simulate/random.ts'
import { type Played, playRollout } from '../../simulate/play-rollout.ts'
import type { Engine } from '../replay/replay-recording.ts'
import type { Dealt } from './deal.ts'
import { drawPods, pretendRollout, type PretendPlan } from './pretend/pretend-rollout.ts'
import type { PretendRelease } from './pretend/releases.ts'

export interface AaPlan {
  readonly policy: Policy
  readonly weights: readonly number[]
  /** Planned length of each step. */
  readonly minutes: readonly number[]
}

/** What became of one draw of pods, for each release in the order of the list. */
export interface PlayedDraw {
  readonly slot: number
  readonly pod: string
  /** How many canaries without a common pod could be drawn at this time. */
  readonly disjoint: number
  /** Lengths in minutes. */
  readonly played: readonly Played[]
}

/** Plays the rollouts of a block, each release with the same pods; undefined for one with too few pods. */
export async function* playBlock(
  block: Recording,
  rollouts: readonly Dealt[],
  { policy, weights, minutes }: AaPlan,
  releases: readonly PretendRelease[],
  engine: Engine,
): AsyncGenerator<PlayedDraw | undefined> {
  const { sliceSeconds } = block
  const toSlices = (seconds: number): number => Math.max(Math.round(seconds / sliceSeconds), 1)
  const plan: PretendPlan = {
    weights,
    planned: minutes.map((length) => toSlices(length * 60)),
    historySlices: Math.ceil(policy.historySeconds / sliceSeconds),
  }
  const hold = toSlices(policy.hold.forSeconds)
  const injected = releases.map((release) => release.injected(block))
  for (const { number, slot, start } of rollouts) {
    const seed = `aa ${number}`
    const first = Math.round((start - Date.parse(block.start) / 1000) / sliceSeconds)
    const drawn = drawPods(block, first, plan, createRandom(seed))
    if (drawn === undefined) {
      yield undefined
      continue
    }
    const played = injected.map((harm): Played => {
      const recordingOf = pretendRollout(block, first, { drawn, seed }, plan, harm)
      const judge = (lengths: readonly number[]) =>
        engine.outcomesBySlice(recordingOf(lengths), policy).looks.map(({ judged }) => judged)
      const { end, lengths } = playRollout(judge, { planned: plan.planned, hold })
      return { end, lengths: lengths.map((length) => (length * sliceSeconds) / 60) }
    })
    yield { slot, pod: block.pods[drawn.rows[0] ?? 0]?.name ?? '', disjoint: drawn.disjoint, played }
    // Ctrl-C and the progress line get their turn
    await new Promise(setImmediate)
  }
}
