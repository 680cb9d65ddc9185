import type { Recording, SourceProblem } from '../../engine/model/recording.ts'
import { AppError } from '../../errors.ts'
import type { Fetched, FetchRequest, MetricSource, Run } from '../ports/ports.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Deadline } from '../model/deadline.ts'
import { sliceMs } from '../runs/open-step.ts'

/** The data of a look. If the source gives none in time, a recording without data that says why. */
export async function fetchLook(
  source: MetricSource | undefined,
  request: Omit<FetchRequest, 'signal'>,
  deadline: Deadline,
  reserveMs: number,
): Promise<Recording | Fetched> {
  const { run, policy, until } = request
  const without = (problem: SourceProblem): Recording => emptyRecording(run, policy, until, problem)
  if (source === undefined) {
    const text = `no Prometheus is configured under the name ${policy.source}`
    return without({ code: 'source-down', text })
  }
  const patience = Math.max(deadline.leftMs() - reserveMs, 0)
  const giveUp = new AbortController()
  try {
    const asked = { ...request, signal: giveUp.signal }
    const fetching: Promise<Recording | Fetched> = source.fetchData?.(asked) ?? source.fetch(asked)
    const fetched = await deadline.within(fetching, patience)
    const { slices } = 'data' in fetched ? fetched.data : fetched
    const text = 'the source has no slice that is settled yet'
    return slices > 0 ? fetched : without({ code: 'source-partial', text })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'timeout') throw error
    const text = `Prometheus did not answer within ${(patience / 1000).toFixed(1)} seconds`
    return without({ code: 'source-timeout', text })
  } finally {
    giveUp.abort(ended)
  }
}

/** Made once: see the abort of a response. */
const ended = new Error('the look has its data, or gave up')

/** One slice before the start, so that even the first look of a run has a slice. */
function emptyRecording(run: Run, policy: Policy, until: number, problem: SourceProblem): Recording {
  const length = sliceMs(policy)
  const start = Math.floor(run.start / length) * length - length
  return {
    format: 'canary-judge/recording/1',
    sliceSeconds: length / 1000,
    start: new Date(start).toISOString(),
    slices: Math.max(Math.floor((until - start) / length), 1),
    rolloutStart: 1,
    pods: [],
    metrics: {},
    problems: [problem],
  }
}
