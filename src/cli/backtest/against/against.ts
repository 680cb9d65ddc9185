import type { Readable } from 'node:stream'
import { AppError } from '../../../errors.ts'
import { SourceError } from '../../../sources/prometheus/client/source-error.ts'
import { isArgo } from '../../import/formats/argo.ts'
import { isFlagger } from '../../import/formats/flagger.ts'
import { readDocuments } from '../../import/read-documents.ts'
import type { PastFlags } from '../../past/past-flags.ts'
import type { PastService } from '../../past/past-service.ts'
import type { AgainstLine } from '../backtest-text.ts'
import type { PastRollout } from '../past-rollouts.ts'
import { argoThresholds } from './argo-thresholds.ts'
import { flaggerThresholds } from './flagger-thresholds.ts'
import type { ByThresholds, ReadingsOf, Thresholds } from './thresholds.ts'

/** The AnalysisTemplates and Canaries in files; none where no file is given. */
export async function readThresholds(
  files: readonly string[],
  input: Readable,
): Promise<readonly Thresholds[]> {
  const documents = await readDocuments(files, input)
  const found = documents.flatMap((document) => {
    if (isArgo(document)) return [argoThresholds(document)]
    return isFlagger(document) ? [flaggerThresholds(document, documents)] : []
  })
  if (found.length > 0 || files.length === 0) return found
  const got = `got neither in ${files.join(', ')}`
  throw new AppError('bad-request', `--against: expected an AnalysisTemplate or a Canary of Flagger, ${got}`)
}

/** Reads from Prometheus what the thresholds would have been compared with, and compares. */
export async function judgeAgainst(
  thresholds: readonly Thresholds[],
  { revision, stable, recording }: PastRollout,
  {
    namespace,
    name,
    param,
    arg,
  }: Pick<PastFlags, 'namespace' | 'name' | 'param'> & {
    readonly arg: PastFlags['param'] | undefined
  },
  past: PastService,
): Promise<readonly AgainstLine[]> {
  const { rolloutStart, slices, sliceSeconds, steps = [] } = recording
  const begins = Date.parse(recording.start) / 1000 + rolloutStart * sliceSeconds
  const end = (slices - rolloutStart) * sliceSeconds
  const traffic = ((steps[0]?.slice ?? rolloutStart) - rolloutStart) * sliceSeconds
  const values = { namespace, name, ...(past.named && { canary: revision, stable }), ...param, ...arg }
  const readingsOf = readingsFrom(past, begins, end)
  const lines: AgainstLine[] = []
  for (const one of thresholds) {
    try {
      lines.push(toLine(one.name, await one.judge({ values, traffic, end }, readingsOf)))
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      lines.push({ name: one.name, outcome: 'not judged', why: error.message, leftOut: [] })
    }
  }
  return lines
}

function readingsFrom(past: PastService, begins: number, end: number): ReadingsOf {
  return async (query, from, stepSeconds) => {
    if (from > end) return () => []
    const start = begins + from
    const found = await past.values(query, { start, end: begins + end, stepSeconds })
    const byStep = new Map<number, number[]>()
    for (const { times, values } of found) {
      for (const [i, value] of values.entries()) {
        const step = Math.round(((times[i] ?? 0) - start) / stepSeconds)
        byStep.set(step, [...(byStep.get(step) ?? []), value])
      }
    }
    return (seconds) => byStep.get(Math.floor((seconds - from) / stepSeconds)) ?? []
  }
}

function toLine(name: string, { ended, metrics, leftOut }: ByThresholds): AgainstLine {
  if (metrics === 0) return { name, outcome: 'not judged', why: 'no metric could be evaluated', leftOut }
  if (ended === undefined) return { name, outcome: 'promoted', why: 'every limit held to the end', leftOut }
  const after = Number((ended.at / 60).toFixed(1))
  return { name, outcome: ended.outcome, after, why: ended.why, leftOut }
}
