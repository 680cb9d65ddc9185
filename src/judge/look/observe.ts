import { analyze } from '../../engine/index.ts'
import { mostSamples } from '../../engine/model/data-columns.ts'
import type { Policy } from '../../engine/model/policy.ts'
import type { Recording } from '../../engine/model/recording.ts'
import type { Verdict } from '../../engine/model/verdict.ts'
import { inSpan } from '../../in-span.ts'
import { oneLine } from '../../engine/model/words.ts'
import type { CutRecording, MetricSource, VerdictStore } from '../ports/ports.ts'
import type { Deadline } from '../model/deadline.ts'
import { fetchRecording } from './fetch-recording.ts'
import type { Observation } from './look-cache.ts'
import type { RunAndSteps } from '../runs/by-looks.ts'
import { writeSteps } from './write-steps.ts'

export interface ObserveRequest extends RunAndSteps {
  readonly params: Readonly<Record<string, string>>
  readonly until: number
  readonly deadline: Deadline
}

export interface ObserveDeps {
  readonly source: MetricSource | undefined
  readonly digest: VerdictStore['digestRecording']
  readonly analyzeApart?: AnalyzeApart
}

/** Analyzes a recording in another thread. Rejects when it cannot begin in time; then this thread does it. */
export type AnalyzeApart = (recording: Recording, policy: Policy, withinMs: number) => Promise<Analysis>

export interface Analysis {
  readonly verdict: Verdict
  readonly cut: CutRecording
}

/** A smaller recording takes a few milliseconds, which is not worth the way to another thread and back. */
const manySamples = 20_000

/** The time that must be left after fetching, for the analysis and for keeping the verdict. */
const reserveMs = 1500
/** The shortest time after its end in which any source settles a slice. */
export const soonestSettledMs = 15_000

/** Fetches the recording of a look and has it analyzed. */
export async function observe(
  request: ObserveRequest,
  { source, ...deps }: ObserveDeps,
): Promise<Omit<Observation, 'data'>> {
  const { run, steps, inForce, params, until, deadline } = request
  const { policy } = inForce
  const reserve = Math.min(reserveMs, deadline.leftMs() / 2)
  const fetched = await inSpan('fetch', {}, () =>
    fetchRecording(source, { policy, run, params, until }, deadline, reserve),
  )
  const planned = writeSteps(fetched, run, steps)
  const { verdict, ...kept } = await inSpan('analyze', { slices: planned.recording.slices }, () =>
    analysisOf(planned.recording, policy, deadline, deps),
  )
  return {
    ...kept,
    verdict: withProblems(withRealSteps(verdict, planned.steps), planned.recording),
    steps: planned.steps,
    validUntil: validUntil(planned.recording),
  }
}

type Analyzed = Pick<Observation, 'verdict' | 'recordingDigest' | 'recording' | 'cut'>

async function analysisOf(
  recording: Recording,
  policy: Policy,
  deadline: Deadline,
  { digest, analyzeApart }: Omit<ObserveDeps, 'source'>,
): Promise<Analyzed> {
  if (analyzeApart !== undefined && mostSamples(recording) > manySamples) {
    try {
      const { verdict, cut } = await analyzeApart(recording, policy, deadline.leftMs() / 2)
      return { verdict, recordingDigest: cut.digest, recording: undefined, cut }
    } catch {
      // the thread is busy or lost, and the answer must come all the same
    }
  }
  const verdict = analyze(recording, policy)
  return { verdict, recordingDigest: await digest(recording), recording }
}

/** The engine counts the steps in the recording; this puts back the index of the caller's plan. */
function withRealSteps(verdict: Verdict, steps: ObserveRequest['steps']): Verdict {
  const { step, ...rest } = verdict
  const real = step === undefined ? undefined : steps[step.index]
  if (step === undefined || real === undefined) return verdict
  const { weight: _weight, next: _next, ...others } = step
  return {
    ...rest,
    step: {
      ...others,
      index: real.index,
      ...(real.weight !== undefined && { weight: real.weight }),
      ...(real.next !== undefined && { next: real.next }),
    },
  }
}

/** Before the first slice of a rollout no metric can report the problems of the source, so they are added here. */
function withProblems(verdict: Verdict, { problems = [] }: Recording): Verdict {
  const [first] = problems
  if (first === undefined || verdict.metrics.length > 0) return verdict
  // the engine already lists the problems
  return { ...verdict, summary: oneLine(`${verdict.verdict}: ${first.text}`) }
}

/** A source in trouble may recover at any moment. */
function validUntil({ problems = [], start, slices, sliceSeconds }: Recording): number {
  if (problems.some(({ code }) => code.startsWith('source-'))) return 0
  return Date.parse(start) + (slices + 1) * sliceSeconds * 1000 + soonestSettledMs
}
