import type { ReasonCode } from '../../engine/model/verdict.ts'

export interface ReasonMeaning {
  readonly means: string
  /** What a person can do about it. */
  readonly todo?: string
}

const looksAtMetric = 'Look at this metric of the canary, and at its logs, before the next try.'
const waits = 'Nothing: the controller asks again by itself.'
const doctor = 'Run `canary-judge doctor` with this policy: it queries the source and names the cause.'
const source = 'Look at Prometheus; the looks continue as soon as it answers.'
const series = 'Look at the series, or run `canary-judge doctor`.'
const decide = 'Approve, hold or reject it.'

/** The meaning of each reason of a verdict, and what to do. The list of reasons is closed. */
export const reasonMeanings: Readonly<Record<ReasonCode, ReasonMeaning>> = {
  worse: { means: 'Shown to be worse than the tolerance, at any look.', todo: looksAtMetric },
  'worse-at-gate': { means: 'Shown to be worse at the planned end of a step.', todo: looksAtMetric },
  'jointly-worse': {
    means: 'All metrics together show harm; no metric alone does.',
    todo: 'Look at the metrics with the most evidence.',
  },
  crashing: {
    means: 'More than a tenth of the requests fail, and three times as many as of stable.',
    todo: looksAtMetric,
  },
  'over-limit': { means: "Beyond the policy's limit, and worse than stable.", todo: looksAtMetric },
  'failed-before': {
    means: 'An earlier look failed, and a fail stays for the run.',
    todo: 'Look at the verdict that failed first, below.',
  },
  'canary-better': {
    means:
      'With `decide: winner`: stable is shown to be worse, and the canary is within the margin in every required metric.',
  },
  'no-difference': {
    means: 'With `decide: winner`: neither arm is worse than the other by more than the margin.',
  },
  'stable-better': { means: 'With `decide: winner`: the canary is shown to be worse.', todo: looksAtMetric },
  'each-better': {
    means:
      'With `decide: winner`: the canary is better in one metric and stable in another, so a person has to weigh them.',
    todo: 'Weigh the metrics; one that must not decide gets `watch: true`.',
  },
  'within-margin': { means: "Every required metric is within the step's margin." },
  'no-sign-of-harm': {
    means: 'The step is over without a sign of harm, and the harm that is not ruled out is affordable.',
  },
  'not-failed': { means: 'The step is over and the canary has not failed.' },
  'passed-before': { means: 'The step has passed already.' },
  'sign-of-harm': {
    means: 'The odds for harm are too high for the next step.',
    todo: 'Look at the metric; more traffic decides it.',
  },
  'over-budget': {
    means: 'The harm that is not ruled out for the next step is beyond the budget.',
    todo: 'More traffic or a longer step decides it.',
  },
  'needs-more-data': {
    means: 'Nothing is shown yet; the reason says how many minutes of such traffic are needed.',
    todo: waits,
  },
  'not-decidable': {
    means: 'The noise is wider than the margin: pods differ too much, or their difference is only assumed.',
    todo: 'The reason says what would help; otherwise a person must decide.',
  },
  'warming-up': { means: "Pods of the canary are younger than the policy's warm-up.", todo: waits },
  soaking: { means: 'Nothing speaks against the step, and it waits for its planned end.', todo: waits },
  'no-canary-traffic': {
    means: 'The canary has samples, but no requests.',
    todo: 'Check whether traffic reaches the canary.',
  },
  'no-stable-traffic': {
    means: 'Stable has samples, but no requests.',
    todo: 'Check whether traffic reaches stable.',
  },
  'no-canary-data': { means: 'No sample of the canary.', todo: doctor },
  'no-stable-data': { means: 'No sample of stable.', todo: doctor },
  'metric-missing': { means: 'The policy names a metric that the data do not have.', todo: doctor },
  'history-missing': { means: 'There are no data of stable before the rollout, so its noise is assumed.' },
  'history-short': { means: 'There are too few data of stable before the rollout to learn its noise.' },
  'one-pod': { means: 'There are too few pods to learn how pods differ, so the difference is assumed.' },
  'histogram-too-coarse': {
    means: 'No bucket bound of the histogram lies where it could show a difference.',
    todo: 'Give the histogram more bounds around the quantile.',
  },
  'no-bound-for-limit': {
    means: 'No bucket bound of the histogram is at or above the limit.',
    todo: 'Give the histogram a bound at the limit.',
  },
  'both-arms-failing': {
    means: 'Both arms fail more than a tenth of their requests: the canary is not the cause.',
    todo: 'This is an incident of the service; deal with that first.',
  },
  'traffic-share': { means: 'The traffic is not split as the weights promise.', todo: 'Look at the router.' },
  'no-control': { means: 'All traffic is on the canary, so there is nothing to compare with.', todo: decide },
  'never-failed': {
    means: 'Neither arm has a failure: the service is healthy, or the selector of failures matches none.',
    todo: doctor,
  },
  restarting: {
    means: 'Pods of the canary restart again and again; no step passes meanwhile.',
    todo: 'Look at why the pods restart.',
  },
  'all-zero-stable': { means: 'A gauge that is zero in stable has no ratio.' },
  'bad-samples': { means: 'Impossible samples were left out.', todo: series },
  'hold-expired': {
    means: 'The step was held for as long as the policy allows, and the policy says what follows.',
    todo: decide,
  },
  'gate-policy': { means: 'A rule of the policy answers at the end of the step.', todo: decide },
  'mode-pause': { means: "The policy's mode answers a fail with inconclusive.", todo: decide },
  'mode-observe': { means: "The policy's mode observes: it answers pass, whatever was judged." },
  'approval-needed': { means: 'The policy requires a person to decide.', todo: decide },
  approved: { means: 'A person approved the step.' },
  rejected: { means: 'A person rejected the canary.' },
  held: { means: 'A person holds this step.', todo: 'It goes on after an approve or a clear.' },
  'group-failed': {
    means: 'Another rollout of the group has failed, so this one fails too.',
    todo: 'Look at the page of the rollout that the reason names.',
  },
  'group-waiting': {
    means: 'The step has passed, and waits until the other rollouts of the group have passed theirs.',
  },
  'group-passed': { means: 'The other rollouts of the group have passed this step too.' },
  overloaded: { means: 'The service had too many looks at once.', todo: waits },
  'few-looks': {
    means: "Argo's count is too small: it stops asking before the end of the step.",
    todo: 'Raise `count` in the AnalysisTemplate.',
  },
  'start-ignored': {
    means: "The caller's start is later than the start of the run, so the run keeps its own.",
  },
  'unknown-canary': { means: "No series has the canary's revision.", todo: doctor },
  'selected-users': { means: "The canary's users are chosen, so a difference may come from the users." },
  'older-policy': {
    means: 'The policy has changed since the run began; the run keeps the policy that it began with.',
  },
  'source-down': { means: 'The metric source did not answer.', todo: source },
  'source-timeout': { means: 'The metric source did not answer in time.', todo: source },
  'source-refused': {
    means: 'The metric source refused the query.',
    todo: 'The reason has the words of the source; check credentials and limits.',
  },
  'source-partial': { means: 'The metric source gave only a part of the data.', todo: source },
  'source-invalid': { means: 'The metric source answered with invalid data.', todo: source },
  'source-too-large': {
    means: 'The metric source had more data than the service accepts.',
    todo: 'Select fewer series in the policy.',
  },
  'no-canary-series': { means: 'The source has no series of the canary.', todo: doctor },
  'no-stable-series': { means: 'The source has no series of stable.', todo: doctor },
  'duplicate-target': { means: 'One pod is scraped twice under different labels.', todo: series },
  'counter-reset': { means: 'A counter started again at zero, as after a restart; lost counts are missing.' },
  gap: { means: 'Samples are missing for some minutes.', todo: series },
  'clock-skew': {
    means: "The source's clock differs from the clock of this service.",
    todo: 'Look at the clocks.',
  },
  'late-samples': { means: 'Samples came after their slice had been judged.', todo: series },
  'coarse-scrape': {
    means: 'Targets are scraped less than twice in a slice.',
    todo: 'Scrape more often.',
  },
  'mixed-series': {
    means: 'Series of one arm differ in a label such as cluster or region.',
    todo: 'Limit the series with `select.where` in the policy.',
  },
}
