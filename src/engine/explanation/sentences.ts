import type { Outcome } from '../model/verdict.ts'
import { count, list, minutes, minutesRange, percent } from '../model/words.ts'

/**
 * The words of a verdict, one entry for each sentence. Other files choose the sentence and bring its numbers. What
 * depends on the kind of a metric is said in `kinds/<kind>/`, and remarks on samples in `evidence/notes.ts`.
 */
export const sentences = {
  // nothing to judge
  notBegun: 'the rollout has not begun in this recording',
  nothingYet: 'nothing to judge by yet',
  nothingRequired: 'nothing is required of the canary',

  // an answer that is not what was judged
  observing: (judged: Outcome) => `observing only, judged ${judged}: `,
  pausing: 'pausing instead of failing: ',
  waitingForApproval: 'passes and waits for approval: ',
  modePause: 'mode pause answers inconclusive instead of fail',
  modeObserve: (verdict: Outcome, judged: Outcome) =>
    `mode observe answers ${verdict} ${verdict === 'pass' ? 'from' : 'until'} the planned end of the step, judged ${judged}`,
  approvalNeeded: 'the policy wants a person to approve each step',

  // the policy's answer where the statistics have none
  holding: (rule: string, seconds: number) =>
    `${rule} holds the step for up to ${seconds / 60} minutes after its end`,
  holdAnswers: (outcome: Outcome) => `the hold ran out, and hold.then answers ${outcome}`,
  ruleAnswers: (rule: string, outcome: Outcome) => `${rule} answers ${outcome}`,
  holdSays: (outcome: Outcome, why: string) => `the hold ran out and hold.then says ${toDo(outcome)}: ${why}`,
  ruleSays: (rule: string, outcome: Outcome, why: string) =>
    `undecided at the end of the step and ${rule} says ${toDo(outcome)}: ${why}`,

  // a pass
  passedBefore: (time: string) => `the step passed at ${time}`,
  notShown: (found: string, requests: number, open: readonly string[]) =>
    `${found}${inRequests(requests)}${open.length > 0 ? `; not ruled out: ${open.join(', ')}` : ''}`,
  noSign: 'no sign of harm',
  notFailed: 'not failed',

  // a fail
  crashing: (name: string, numbers: string) => `${name} ${numbers}, crashing`,
  overLimit: (name: string) => `${name} over the limit`,
  withOthers: (first: string, others: readonly string[]) =>
    others.length === 0 ? first : `${first}; also ${list(others)}`,
  together: (harms: readonly string[]) =>
    harms.length === 0
      ? 'the metrics together are worse than stable'
      : `together worse than stable: ${harms.join('; ')}`,
  atMinute: (time: string, harm: string) => `at ${time.slice(11, 16)} ${harm}`,
  failedBefore: (time: string) => `failed at ${time}, which stays`,

  // which arm is better
  canaryBetter: (better: string) => `canary better: ${better}`,
  stableBetter: (harm: string) => `stable better: ${harm}`,
  eachBetter: (better: string, harm: string) =>
    `each arm is better in something: canary ${better}; stable: ${harm}`,
  noDifference: (standing: readonly string[]) => `no difference beyond the margin: ${standing.join(', ')}`,
  betterSoFar: (better: string, open: string) => `canary better so far: ${better}; but ${open}`,
  noWinnerYet: 'the data do not answer this yet',
  winnerError: (chance: number) =>
    `the chance of naming a better arm where the arms differ by no more than the tolerance is at most ${percent(chance)}`,
  alikeError: (chance: number) =>
    `the chance of this answer where the arms differ by more than the margin is at most ${percent(chance)}`,

  // no answer yet, for one metric and for several
  noCanaryData: 'no data of the canary',
  noStableData: 'no data of stable',
  noCanaryTraffic: 'the canary has no traffic',
  noStableTraffic: 'stable has no traffic',
  neverWarm: 'no canary pod past its warm-up has traffic',
  warmingUp: (left: number) => `canary pods are warming up, ${minutes(left)}`,
  needs: (names: readonly string[], wait: number | undefined) =>
    wait === undefined
      ? `${list(names)} needs more events`
      : `${list(names)} ${names.length === 1 ? 'needs' : 'need'} ${minutesRange(wait)} at this traffic`,
  soFar: (standing: string) => (standing === '' ? '' : `, so far ${standing}`),
  counted: (number: number, noun: string) =>
    `${count(number)} canary ${noun}${Math.round(number) === 1 ? '' : 's'}`,
  podsDiffer:
    'pods differ by more than the margin allows, so this cannot be shown: more canary pods or a wider margin would help',
  soaking: (left: number) => `the step soaks for ${minutes(left)} of traffic past the warm-up`,
  stepEnds: (
    what: 'step' | 'rollout',
    { shown, requests, left }: { readonly shown: boolean; readonly requests: number; readonly left: number },
  ) =>
    `${shown ? 'within its margins so far' : 'no sign of harm so far'}${inRequests(requests)}, the ${what} ends in ${minutes(left).replace(' more', '')}`,

  // what stands against a pass
  bothFailing: 'both arms fail more than 10% of their requests, so stable is no measure',
  noControl: 'all traffic is on the canary and stable has none, so there is nothing to compare with',
  lostTraffic:
    'the canary counts far fewer requests than its weight sends it: some may never end, or go elsewhere',
  sign: (odds: number, harm: string) => `a sign of harm, odds ${inOdds(odds)} to 1: ${harm}`,
  cost: (name: string, worst: number, allowed: number) =>
    `${name}: the next step could still bring ${count(worst)} bad outcomes more than stable, the budget is ${count(allowed)}`,

  // remarks
  neverFailed: (name: string, requests: number) =>
    `${name}: none of ${count(requests)} requests failed, in either arm and in history; if some did, the policy's selector of failures finds none, and canary-judge doctor says why`,
  otherShare: (share: number, promised: number) =>
    `the canary got ${percent(share)} of the requests, its weights promise ${percent(promised)}`,
  onlyAbsolute: 'all traffic is on the canary: only crashes and limits are judged',
}

/** " in 1,204 canary requests" */
function inRequests(requests: number): string {
  return requests > 0 ? ` in ${count(requests)} canary ${requests === 1 ? 'request' : 'requests'}` : ''
}

function inOdds(odds: number): string {
  if (odds >= 1000) return 'over 1,000'
  return odds >= 10 ? String(Math.round(odds)) : odds.toPrecision(2)
}

function toDo(outcome: Outcome): string {
  return outcome === 'fail' ? 'fail' : 'proceed'
}
