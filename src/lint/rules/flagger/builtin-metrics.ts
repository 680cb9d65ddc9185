import { builtinMetrics, judgeHooks, metricsOfCanary } from '../../facts/flagger.ts'
import type { Rule } from '../../model/rule.ts'

export const builtinMetricsRule: Rule = {
  name: 'builtin-metrics',
  severity: 'warning',
  kinds: ['Canary'],
  finds: "Flagger's builtin metrics beside the hooks of canary-judge",
  why: 'The fixed thresholds of the builtin metrics roll back canaries that the judge finds healthy; the judge looks at these metrics itself.',
  mend: 'Set `metrics: []`, and put limits of your own into the policy (`limit`).',
  check: (canary) =>
    judgeHooks(canary).length === 0
      ? []
      : metricsOfCanary(canary)
          .filter(
            (metric) => builtinMetrics.has(metric.at('name').text ?? '') && !metric.at('templateRef').exists,
          )
          .map((at) => ({ at, message: `${at.at('name').text} decides beside the judge` })),
}
