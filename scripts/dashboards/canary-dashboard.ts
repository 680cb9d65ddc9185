import { readPolicy } from '../../src/app/reload/read-policy.ts'
import type { MetricPolicy, Policy } from '../../src/engine/model/policy.ts'
import type { Arms } from '../../src/sources/prometheus/arms/arms.ts'
import { armsOf } from '../../src/sources/prometheus/arms/presets.ts'
import { parseSelector, printSelector } from '../../src/sources/prometheus/queries/selector.ts'
import {
  type Dashboard,
  dashboard,
  type Drawing,
  labelVariable,
  type Section,
  textVariable,
} from './grafana.ts'

/** These names replace the variables of the dashboard, because a preset would escape their dollar sign. */
const standIns: Readonly<Record<string, string>> = {
  VarNamespace: '${namespace}',
  VarName: '${rollout}',
  VarRevision: '${revision}',
  VarStable: '${stable}',
  VarTarget: '${target}',
  VarService: '${service}',
}
const run = {
  namespace: 'VarNamespace',
  name: 'VarName',
  revision: 'VarRevision',
}
const params = {
  target: 'VarTarget',
  service: 'VarService',
  ingress: 'VarTarget',
  canaryService: 'VarService-canary',
  stableService: 'VarService-stable',
  canaryVersion: 'VarRevision',
  stableVersion: 'VarStable',
}

const ofRun = '{rollout_namespace="$namespace",rollout="$rollout",revision="$revision"'

/** Shows canary and stable, as the judge counted them and as each preset finds them in Prometheus. */
export const canaryDashboard = (policies: readonly string[]): Dashboard =>
  dashboard(
    {
      uid: 'canary-judge-canary',
      title: 'canary-judge: one canary',
      description: 'Errors, latency and conversion of canary and stable',
    },
    [
      labelVariable(
        'namespace',
        'Namespace',
        'label_values(canary_judge_run_score, rollout_namespace)',
        false,
      ),
      labelVariable(
        'rollout',
        'Rollout',
        'label_values(canary_judge_run_score{rollout_namespace="$namespace"}, rollout)',
        false,
      ),
      labelVariable(
        'revision',
        'Canary',
        'label_values(canary_judge_run_score{rollout_namespace="$namespace",rollout="$rollout"}, revision)',
        false,
      ),
      textVariable('stable', 'Stable (revision, for Argo Rollouts)'),
      textVariable('target', 'Workload', '${rollout}'),
      textVariable('service', 'Service', '${rollout}'),
    ],
    [judged, ...policies.flatMap((text) => presetSection(readPolicy(text).policy))],
  )

const judged: Section = {
  title: 'As the judge counted since the rollout began',
  drawings: (
    [
      ['errors', 'Errors', 'percentunit'],
      ['latency', 'Latency', 's'],
      ['conversion', 'Conversion', 'percentunit'],
    ] as const
  ).map(([kind, title, unit]) => ({
    title,
    description: 'By arm; of every policy',
    unit,
    width: 8,
    lines: {
      '{{metric}} {{arm}}': `max by (metric, arm) (canary_judge_run_metric_value${ofRun},kind="${kind}"})`,
    },
  })),
}

function presetSection(policy: Policy): readonly Section[] {
  const arms = [
    { ...run, stableRevision: 'VarStable', params },
    { ...run, params },
  ].flatMap((subject) => armsIn(policy, subject))
  const drawings = policy.metrics.filter(({ watch }) => !watch).flatMap((metric) => drawingOf(metric, arms))
  return drawings.length === 0 ? [] : [{ title: `Preset ${policy.name}`, collapsed: true, drawings }]
}

/** Argo Rollouts and Flagger name their pods differently, and some presets are only for one of the two. */
function armsIn({ select }: Policy, subject: Parameters<typeof armsOf>[1]): readonly Arms[] {
  try {
    return [armsOf(select, subject)]
  } catch {
    return []
  }
}

function drawingOf(metric: MetricPolicy, arms: readonly Arms[]): readonly Drawing[] {
  const lines = (expression: (arms: Arms, arm: 'canary' | 'stable') => string): Drawing['lines'] =>
    Object.fromEntries(
      (['canary', 'stable'] as const).map((arm) => [
        arm,
        withVariables([...new Set(arms.map((each) => expression(each, arm)))].join(' or ')),
      ]),
    )
  if (metric.kind === 'errors') {
    return [
      {
        title: metric.name,
        description: 'Share of requests, by arm',
        unit: 'percentunit',
        lines: lines((each, arm) => {
          const rate = (text: string): string => `sum(rate(${printed(text, each, arm)}[$__rate_interval]))`
          const [total, bad] = [metric.total ?? each.defaults.total, metric.bad ?? each.defaults.bad]
          return `(${rate(bad)} / ${rate(total)})`
        }),
      },
    ]
  }
  if (metric.kind !== 'latency') return []
  return [
    {
      title: metric.name,
      description: 'By arm',
      unit: metric.unit === 'milliseconds' ? 'ms' : 's',
      lines: lines((each, arm) => {
        const name = (metric.histogram ?? each.defaults.histogram).replace(/(_bucket)?(?=\{|$)/, '_bucket')
        return `histogram_quantile(${metric.quantile}, sum by (le) (rate(${printed(name, each, arm)}[$__rate_interval])))`
      }),
    },
  ]
}

const printed = (text: string, arms: Arms, arm: 'canary' | 'stable'): string =>
  printSelector(parseSelector(text), arms[arm])

const withVariables = (text: string): string =>
  Object.entries(standIns).reduce((before, [from, to]) => before.replaceAll(from, to), text)
