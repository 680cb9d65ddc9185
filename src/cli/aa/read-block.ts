import { dataColumns } from '../../engine/model/data-columns.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { upTo } from '../../engine/model/up-to.ts'
import { AppError } from '../../errors.ts'
import type { PastService } from '../past/past-service.ts'
import type { SavedRecordings } from '../past/saved-recordings.ts'
import type { Block } from './deal.ts'
import { requestsOf } from './pretend/pretend-rollout.ts'

/** `tooLarge` says why Prometheus does not give so much at once. */
export type BlockRead = { readonly recording: Recording } | { readonly tooLarge: string }

/** The data of stable in a block, from the file or from Prometheus. */
export async function readBlock(
  { version, from, to }: Block,
  workload: string,
  { past, saved }: { readonly past: Pick<PastService, 'alone'>; readonly saved: SavedRecordings },
): Promise<BlockRead> {
  const id = `${workload} ${version} alone ${new Date(from * 1000).toISOString()} ${new Date(to * 1000).toISOString()}`
  const known = saved.find(id)
  if (known !== undefined) return { recording: known }
  const recording = await past.alone(version, { id, from: from * 1000, to: to * 1000 })
  const down = recording.problems?.find(({ code }) => code.startsWith('source-'))
  if (down?.code === 'source-too-large') return { tooLarge: down.text }
  if (down !== undefined) throw new AppError('bad-request', `Prometheus could not be read: ${down.text}`)
  const { problems: _problems, ...read } = upTo(recording, Math.max(recording.rolloutStart - 1, 0))
  await saved.add(read)
  return { recording: read }
}

export interface ByPod {
  readonly block: Recording
  /** The policy without the metrics that are left out. */
  readonly policy: Policy
  /** Names of metrics whose series have no pods. */
  readonly left: readonly string[]
}

/** Leaves out the metrics that are known of the whole version only: they cannot be divided between two arms. */
export function byPod(block: Recording, policy: Policy): ByPod {
  const whole = block.pods.flatMap(({ aggregate }, row) => (aggregate === true ? [row] : []))
  const isWhole = (data: Recording['metrics'][string]): boolean =>
    dataColumns(data).some((column) => whole.some((row) => (column[row] ?? null) !== null))
  const left = Object.entries(block.metrics).flatMap(([name, data]) => (isWhole(data) ? [name] : []))
  const kept = (name: string): boolean => !left.includes(name)
  const metrics = Object.fromEntries(Object.entries(block.metrics).filter(([name]) => kept(name)))
  const result = { ...block, metrics }
  if (left.length > 0 && requestsOf(result).length === 0) {
    throw new AppError(
      'bad-request',
      `expected series with the label of a pod, got none for ${left.join(', ')}: stable cannot be divided into two arms. ` +
        'Choose a selection by pods, or let plan simulate such a service',
    )
  }
  return {
    block: result,
    policy: { ...policy, metrics: policy.metrics.filter(({ name }) => kept(name)) },
    left,
  }
}
