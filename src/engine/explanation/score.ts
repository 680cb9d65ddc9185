import type { Decided } from '../decision/decide.ts'
import { passThreshold } from '../decision/error-budget.ts'
import { nextWeight } from '../decision/rules/moment.ts'
import { lacksRequired, requiredMetrics } from '../decision/required-metrics.ts'
import type { RunEvidence } from '../decision/gather.ts'

const MIDDLE = 50
const REACH = 49

/**
 * 0 = fail, 100 = pass; between them 50 + 49·(pass progress − harm progress), each from 0 to 1 on the scale of ln e.
 * Harm: the evidence of all metrics together against its threshold. Pass: the required metric that is furthest from
 * passing.
 */
export function score(run: RunEvidence, look: Decided): number {
  if (look.judged === 'fail') return 0
  if (look.judged === 'pass') return 100
  const harm = progress(look.logHarm, look.logThreshold)
  const passing = lacksRequired(run) ? 0 : passProgress(run, look)
  return Math.round(Math.min(Math.max(MIDDLE + REACH * (passing - harm), 1), 99))
}

function passProgress(run: RunEvidence, look: Decided): number {
  const paths = requiredMetrics(run).map((metric) => metric.pass(nextWeight(look.step)))
  const known = paths.filter((path) => path !== undefined)
  if (known.length === 0 || look.mature === 0) return 0
  return Math.min(...known.map((path) => progress(path[look.t] ?? 0, passThreshold(run))))
}

function progress(log: number, threshold: number): number {
  return Math.min(Math.max(log / threshold, 0), 1)
}
