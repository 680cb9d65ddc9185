import { mergeArguments, type RolloutState, stepArguments, substitute } from './args.ts'
import { type AnalysisRun, runAnalysis } from './analysis-run.ts'
import { readJob, readMetric, readTemplate, type StepAnalysis, type Template } from './manifests.ts'
import type { MeasureDeps } from './measure.ts'
import { askPerson, type PersonContext, type StepEnd } from './person.ts'
import type { Manifest } from '../manifests.ts'

export type { StepEnd } from './person.ts'

export interface AnalysisContext extends MeasureDeps, PersonContext {
  readonly manifests: readonly Manifest[]
  readonly secrets?: Readonly<Record<string, string>>
  readonly job?: 'Successful' | 'Failed'
  readonly analysisRuns: AnalysisRun[]
  /** The state of the Rollout at a step. */
  stateAt(step: number): RolloutState
}

/** An inconclusive AnalysisRun keeps the weight and waits; `resume` starts another one of the same step. */
export async function analyse(
  analysis: StepAnalysis,
  index: number,
  context: AnalysisContext,
): Promise<StepEnd> {
  for (;;) {
    const run = await startAnalysis(analysis, index, context)
    context.analysisRuns.push(run)
    context.log.deed(`AnalysisRun ${run.phase}`)
    if (run.phase === 'Successful') return 'done'
    if (run.phase !== 'Inconclusive') return { aborted: `${run.phase}: ${run.message}` }
    const person = await askPerson({ reason: 'inconclusive', step: index }, context)
    if (person !== 'analyse-again') return person
  }
}

async function startAnalysis(
  analysis: StepAnalysis,
  index: number,
  context: AnalysisContext,
): Promise<AnalysisRun> {
  const template = readTemplate(context.manifests, analysis)
  const given = stepArguments(analysis.args, context.stateAt(index))
  const args = mergeArguments(template, given, context.secrets ?? {})
  if ('missingSecret' in args)
    return { phase: 'Error', message: `secret ${args.missingSecret} not found`, measurements: [] }
  const document = substitute(template.metrics[0], args)
  const job = readJob(document)
  if (job !== undefined) return jobRun(job.name, context)
  const metric = readMetric(document)
  const run = await runAnalysis(metric, context)
  return isDry(metric.name, template, analysis)
    ? { ...run, phase: 'Successful', message: `dry run: ${run.phase}` }
    : run
}

function jobRun(name: string, { job = 'Successful', log }: AnalysisContext): AnalysisRun {
  log.deed(`Job ${name} ${job}`)
  return { phase: job, message: `Job ${name}`, measurements: [] }
}

const isDry = (name: string, template: Template, analysis: StepAnalysis): boolean =>
  [...template.dryRun, ...analysis.dryRun].some(({ metricName }) => metricName === name)
