import { mergeArguments, stepArguments, substitute } from './argo-args.ts'
import type { RolloutState } from './argo-args.ts'
import { runAnalysis } from './argo-analysis-run.ts'
import type { AnalysisRun } from './argo-analysis-run.ts'
import { pauseMs, readMetric, readRollout, readTemplate } from './argo-manifests.ts'
import type { RolloutStep, StepAnalysis } from './argo-manifests.ts'
import type { Call } from './call.ts'
import { createControllerLog } from './controller-log.ts'
import type { ControllerLog, LogEntry } from './controller-log.ts'
import type { Manifest } from './manifests.ts'
import type { ControllerClock } from './simulated-clock.ts'

/** What a person does about a paused Rollout. `resume` un-pauses it: an inconclusive step is analysed again. */
export type Person = 'promote' | 'resume' | 'abort' | 'leave'

export interface Pause {
  readonly reason: 'step' | 'inconclusive'
  /** Zero-based index in the Rollout's steps. */
  readonly step: number
}

export interface ArgoOptions {
  /** From `readManifests`: the Rollout and the templates that it names. */
  readonly manifests: readonly Manifest[]
  readonly call: Call
  readonly clock: ControllerClock
  /** Called when the traffic router takes a new weight: 0 after an abort, 100 after the last step. */
  readonly onWeight: (weight: number) => void | Promise<void>
  readonly stableHash: string
  readonly canaryHash: string
  /** Which Rollout, where the manifests hold several. */
  readonly rollout?: string
  /** Values of the namespace's Secrets by `name/key`. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Called at each pause that nothing but a person ends; may wait on the clock. Absent: `leave`. */
  readonly onPause?: (pause: Pause) => Person | Promise<Person>
}

export interface ArgoResult {
  /** Healthy: promoted. Degraded: aborted. Paused: left waiting for a person. */
  readonly phase: 'Healthy' | 'Degraded' | 'Paused'
  readonly weight: number
  readonly message: string
  readonly analysisRuns: readonly AnalysisRun[]
  readonly log: readonly LogEntry[]
}

interface Context extends ArgoOptions {
  readonly state: RolloutState
  readonly log: ControllerLog
  readonly analysisRuns: AnalysisRun[]
  setWeight(weight: number): Promise<void>
}

type StepEnd = 'done' | 'left' | { readonly aborted: string }

/** Rolls one revision out as Argo Rollouts does, step by step, from the first step to its end. */
export async function runArgoRollout(options: ArgoOptions): Promise<ArgoResult> {
  const log = createControllerLog(options.clock)
  const rollout = readRollout(options.manifests, options.rollout)
  const { stableHash, canaryHash } = options
  const analysisRuns: AnalysisRun[] = []
  let weight = 0
  const setWeight = async (to: number): Promise<void> => {
    weight = to
    log.deed(`weight ${to}`)
    await options.onWeight(to)
  }
  const state = { rollout, stableHash, canaryHash }
  const context: Context = { ...options, state, log, analysisRuns, setWeight }
  const finish = (phase: ArgoResult['phase'], message: string): ArgoResult => {
    log.deed(phase)
    return { phase, weight, message, analysisRuns, log: log.entries }
  }
  for (const [index, step] of rollout.spec.strategy.canary.steps.entries()) {
    const end = await runStep(step, index, context)
    if (end === 'left') return finish('Paused', `step ${index}`)
    if (end === 'done') continue
    await setWeight(0)
    return finish('Degraded', end.aborted)
  }
  await setWeight(100)
  return finish('Healthy', '')
}

async function runStep(step: RolloutStep, index: number, context: Context): Promise<StepEnd> {
  if ('setWeight' in step) {
    await context.setWeight(step.setWeight)
    return 'done'
  }
  if ('analysis' in step) return analyseStep(step.analysis, index, context)
  const length = pauseMs(step.pause.duration)
  if (length !== undefined) {
    await context.clock.wait(length)
    return 'done'
  }
  const person = await askPerson({ reason: 'step', step: index }, context)
  return person === 'analyse-again' ? 'done' : person
}

/** Inconclusive keeps the weight and waits; `resume` starts another AnalysisRun of the same step. */
async function analyseStep(analysis: StepAnalysis, index: number, context: Context): Promise<StepEnd> {
  for (;;) {
    const run = await startAnalysis(analysis, context)
    context.analysisRuns.push(run)
    context.log.deed(`AnalysisRun ${run.phase}`)
    if (run.phase === 'Successful') return 'done'
    if (run.phase !== 'Inconclusive') return { aborted: `${run.phase}: ${run.message}` }
    const person = await askPerson({ reason: 'inconclusive', step: index }, context)
    if (person !== 'analyse-again') return person
  }
}

async function startAnalysis(analysis: StepAnalysis, context: Context): Promise<AnalysisRun> {
  const template = readTemplate(context.manifests, analysis)
  const given = stepArguments(analysis.args, context.state)
  const args = mergeArguments(template, given, context.secrets ?? {})
  if ('missingSecret' in args)
    return { phase: 'Error', message: `secret ${args.missingSecret} not found`, measurements: [] }
  const metric = readMetric(substitute(template.metrics[0], args))
  const run = await runAnalysis(metric, context)
  const dry = [...template.dryRun, ...analysis.dryRun].some(({ metricName }) => metricName === metric.name)
  return dry ? { ...run, phase: 'Successful', message: `dry run: ${run.phase}` } : run
}

async function askPerson(pause: Pause, { log, onPause }: Context): Promise<StepEnd | 'analyse-again'> {
  log.deed(`paused: ${pause.reason}`)
  const person = (await onPause?.(pause)) ?? 'leave'
  if (person !== 'leave') log.deed(person)
  return ends[person]
}

const ends: Readonly<Record<Person, StepEnd | 'analyse-again'>> = {
  promote: 'done',
  resume: 'analyse-again',
  abort: { aborted: 'aborted by a person' },
  leave: 'left',
}
