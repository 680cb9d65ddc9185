import type { Recording } from '../../engine/model/recording.ts'
import type { Pair, PastService, Span } from '../past/past-service.ts'
import type { PastFlags } from '../past/past-flags.ts'
import type { SavedRecordings } from '../past/saved-recordings.ts'
import type { StatusLine } from '../past/status-line.ts'
import { noneText, strayText } from './backtest-text.ts'
import { type FoundRollout, rolloutsIn } from './find-rollouts.ts'
import { withObservedSteps } from './observed-steps.ts'

export interface PastRollout {
  readonly revision: string
  readonly stable: string
  readonly rollback?: true
  readonly recording: Recording
}

interface Deps {
  readonly past: PastService
  readonly saved: SavedRecordings
  readonly status: StatusLine
  /** Says what a reader has to know beside the rollouts. */
  readonly note: (text: string) => void
}

/** Finds the rollouts of a workload and reads each; what was saved is not read again. */
export async function* pastRollouts(
  { namespace, name }: Pick<PastFlags, 'namespace' | 'name'>,
  span: Span,
  stages: readonly number[] | undefined,
  { past, saved, status, note }: Deps,
): AsyncGenerator<PastRollout> {
  const episodes = await past.episodes(span, (done, of) =>
    status.show(`looking for rollouts: day ${done} of ${of}`),
  )
  const { rollouts: found, strays } = rolloutsIn(episodes, past.named)
  status.clear()
  for (const stray of strays) note(strayText(stray))
  if (found.length === 0)
    note(noneText(`${namespace}/${name}`, [...new Set(episodes.map(({ version }) => version))]))
  for (const [i, rollout] of found.entries()) {
    status.show(`reading rollout ${i + 1} of ${found.length}`)
    const pair = pairOf(rollout)
    const id = `${namespace}/${name} ${rollout.version} ${new Date(rollout.from * 1000).toISOString()}`
    const known = saved.find(id)
    const recording = known ?? withObservedSteps(await read(past, pair, rollout, id), stages)
    if (known === undefined) await saved.add(recording)
    yield {
      ...pair,
      stable: pair.stableRevision,
      ...(rollout.isRollback && { rollback: true }),
      recording,
    }
  }
}

const pairOf = ({ version, stable }: FoundRollout): Pair => ({ revision: version, stableRevision: stable })

/** Where a canary is sure to be there, if it lives so long. */
const soonMs = 900_000
/** A slice is read only when later scrapes can no longer change it. */
const settledMs = 120_000

async function read(
  past: PastService,
  pair: Pair,
  { from, to }: FoundRollout,
  id: string,
): Promise<Recording> {
  const around = { from: from * 1000, to: Math.min(from * 1000 + soonMs, to * 1000) }
  const start = await past.canaryStart(pair, around)
  return past.recording(pair, { id, from: start ?? around.from, to: to * 1000 + settledMs })
}
