import { type Dashboard, dashboard, type Drawing, labelVariable } from './grafana.ts'

const ofRun = '{rollout_namespace=~"$namespace",rollout=~"$rollout"}'
/** Every replica shows the same values for a run, so one of them is enough. */
const each = 'max by (rollout_namespace, rollout, revision)'
const eachMetric = 'max by (rollout_namespace, rollout, revision, metric)'
const runName = '{{rollout_namespace}}/{{rollout}} {{revision}}'

const rollouts: readonly Drawing[] = [
  {
    title: 'Open rollouts',
    description: 'Runs that are open now; of more than 100 the newest',
    type: 'stat',
    width: 4,
    lines: { open: `count(${each} (canary_judge_run_score${ofRun}))` },
  },
  {
    title: 'Wait for a person',
    description: 'Only an approve, reject or clear lets them go on',
    type: 'stat',
    width: 4,
    lines: { waiting: `sum(${each} (canary_judge_run_waiting${ofRun}))` },
  },
  {
    title: 'Share that needed a person',
    description: 'Of the rollouts in the time that is shown',
    type: 'stat',
    unit: 'percentunit',
    width: 4,
    lines: { share: `avg(${each} (max_over_time(canary_judge_run_waiting${ofRun}[$__range])))` },
  },
  {
    title: 'Verdicts a minute',
    description: 'Looks answered, by what was answered',
    lines: { '{{verdict}}': 'sum by (verdict) (rate(canary_judge_verdicts_total[$__rate_interval])) * 60' },
  },
  {
    title: 'Score',
    description: '0 fail, 50 no evidence, 100 pass',
    lines: { [runName]: `${each} (canary_judge_run_score${ofRun})` },
  },
  {
    title: 'Time to verdict',
    description: 'From the beginning of a step to its pass, and from that of a rollout to its first fail',
    unit: 's',
    lines: Object.fromEntries(
      [50, 90].map((percent) => [
        `{{verdict}} p${percent}`,
        `histogram_quantile(${percent / 100}, sum by (le, verdict) (increase(canary_judge_time_to_verdict_seconds_bucket[$__range])))`,
      ]),
    ),
  },
  {
    title: 'Evidence by metric',
    description: 'E-value of harm; it fails at 1 divided by its share of the false-fail rate',
    log: true,
    lines: { [`${runName} {{metric}}`]: `${eachMetric} (canary_judge_run_metric_evidence${ofRun})` },
  },
  {
    title: 'Canary against stable',
    description: 'Ratio by metric; 1 = alike',
    lines: { [`${runName} {{metric}}`]: `${eachMetric} (canary_judge_run_metric_ratio${ofRun})` },
  },
]

const health: readonly Drawing[] = [
  {
    title: 'Parts',
    description: '1 works, 0 degraded; /readyz says why',
    lines: { '{{part}}': 'min by (part) (canary_judge_part_up)' },
  },
  {
    title: 'Queries to sources',
    description: 'By how they ended, each second',
    unit: 'reqps',
    lines: {
      '{{source}} {{result}}':
        'sum by (source, result) (rate(canary_judge_source_queries_total[$__rate_interval]))',
    },
  },
  {
    title: 'Time of a query',
    description: '95 of 100 queries to a Prometheus take less',
    unit: 's',
    lines: {
      '{{source}}':
        'histogram_quantile(0.95, sum by (le, source) (rate(canary_judge_source_query_duration_seconds_bucket[$__rate_interval])))',
    },
  },
  {
    title: 'Time of an answer',
    description: '95 of 100 requests take less',
    unit: 's',
    lines: {
      '{{route}}':
        'histogram_quantile(0.95, sum by (le, route) (rate(canary_judge_http_request_duration_seconds_bucket[$__rate_interval])))',
    },
  },
  {
    title: 'Writes to the store',
    description: 'Each second; dropped and refused ones are lost',
    unit: 'wps',
    lines: Object.fromEntries(
      ['kept', 'kept_later', 'dropped', 'refused'].map((what) => [
        what,
        `sum(rate(canary_judge_store_${what}_total[$__rate_interval]))`,
      ]),
    ),
  },
  {
    title: 'Writes that wait',
    description: 'For the store to come back; the oldest of more than 1 000 are lost',
    lines: { waiting: 'sum(canary_judge_store_queue_length)' },
  },
  {
    title: 'Messages',
    description: 'Tries to deliver one, by target and result, each second',
    unit: 'reqps',
    lines: {
      '{{target}} {{result}}':
        'sum by (target, result) (rate(canary_judge_messages_total[$__rate_interval]))',
    },
  },
  {
    title: 'Lag of the event loop',
    description: '99 of 100 turns wait less',
    unit: 's',
    lines: {
      '{{instance}}': 'nodejs_eventloop_lag_p99_seconds and on (instance, job) canary_judge_build_info',
    },
  },
]

/** Shows the work and the health of the judge. */
export const judgeDashboard: Dashboard = dashboard(
  {
    uid: 'canary-judge',
    title: 'canary-judge',
    description: 'Rollouts and verdicts, and the health of the judge',
  },
  [
    labelVariable('namespace', 'Namespace', 'label_values(canary_judge_run_score, rollout_namespace)', true),
    labelVariable(
      'rollout',
      'Rollout',
      'label_values(canary_judge_run_score{rollout_namespace=~"$namespace"}, rollout)',
      true,
    ),
  ],
  [
    { title: 'Rollouts', drawings: rollouts },
    { title: 'Health', drawings: health },
  ],
)
