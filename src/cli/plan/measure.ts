import type { Environment } from '../../app/config/config.ts'
import { type MeasuredService, measuredService } from '../../engine/index.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import type { Episode } from '../past/episodes.ts'
import type { PastFlags } from '../past/past-flags.ts'
import { openPastService, type PastService, type Span } from '../past/past-service.ts'

/** The workload whose stable version is measured. */
export type MeasureFlags = Pick<PastFlags, 'prometheus' | 'config' | 'param' | 'since' | 'until'> &
  Partial<Pick<PastFlags, 'namespace' | 'name'>>

export interface Measured extends MeasuredService {
  /** RFC 3339. */
  readonly from: string
  readonly to: string
  readonly windows: number
  /** What kept a source from answering, in its own words. */
  readonly problems: readonly string[]
}

/** Some hours of each day say how traffic changes, and ask a third of what whole days would. */
const everyMs = 6 * 3_600_000

export interface MeasureSurroundings {
  readonly env: Environment
  readonly progress: (done: number, of: number) => void
}

/** Measures the stable version in some hours of each of the last days, one after the other. */
export async function measure(
  policy: Policy,
  flags: MeasureFlags,
  { env, progress }: MeasureSurroundings,
): Promise<Measured> {
  const { namespace, name, since, until = Date.now() } = flags
  if (namespace === undefined || name === undefined)
    throw new AppError('bad-request', 'expected --namespace and --name of the workload to measure')
  const windows = windowsOf(policy, since * 1000, until)
  const past = await openPastService(policy, { ...flags, namespace, name, policy: policy.name }, env)
  const recordings: Recording[] = []
  try {
    const episodes = past.named ? await episodesIn(past, windows) : []
    for (const window of windows) {
      progress(recordings.length, windows.length)
      recordings.push(await past.alone(stableIn(window, episodes), { ...window, id: `plan ${window.to}` }))
    }
  } finally {
    await past.close()
  }
  const problems = [...new Set(recordings.flatMap(({ problems: own = [] }) => own.map(({ text }) => text)))]
  const measured = measuredService(recordings, policy)
  const from = new Date(windows[0]?.from ?? until).toISOString()
  const to = new Date(until).toISOString()
  if (measured !== undefined) return { ...measured, from, to, windows: windows.length, problems }
  const why = problems.length === 0 ? '' : `: ${problems.slice(0, 3).join('; ')}`
  throw new AppError(
    'bad-request',
    `expected requests of ${namespace}/${name} from ${from} to ${to}, got none${why}; \`canary-judge doctor\` says what is missing`,
  )
}

/** The history that a rollout would have, every six hours. */
function windowsOf({ historySeconds }: Policy, lengthMs: number, until: number): readonly Span[] {
  const count = Math.max(Math.round(lengthMs / everyMs), 1)
  return Array.from({ length: count }, (_, i) => {
    const to = until - (count - 1 - i) * everyMs
    return { from: to - historySeconds * 1000, to }
  })
}

function episodesIn(past: PastService, windows: readonly Span[]): Promise<readonly Episode[]> {
  const from = windows[0]?.from ?? 0
  return past.episodes({ from, to: windows.at(-1)?.to ?? from }, () => undefined)
}

/** The version that was there for the most of the time; where versions have no names, `stable`. */
function stableIn({ from, to }: Span, episodes: readonly Episode[]): string {
  const overlap = (one: Episode): number => Math.min(one.to, to / 1000) - Math.max(one.from, from / 1000)
  return episodes.toSorted((a, b) => overlap(b) - overlap(a))[0]?.version ?? 'stable'
}
