import { expect, test } from 'vitest'
import request from 'supertest'
import { AppError } from '../../src/errors.ts'
import { minute, rolloutStart, runJudge, type RunningJudge } from '../support/service/run-judge.ts'

/** The lines of the metrics of runs, without the labels that all of them share. */
async function runLines({ url }: RunningJudge): Promise<readonly string[]> {
  const { text } = await request(url).get('/metrics')
  return text
    .split('\n')
    .filter((line) => line.startsWith('canary_judge_run_'))
    .map((line) => line.replace('caller="judge",rollout_namespace="shop",rollout="web",', ''))
}

test('GET /metrics has score, ratio and evidence of a run while it is open, and no longer', async () => {
  await using judge = await runJudge()
  expect(await runLines(judge)).toEqual([])
  judge.clock.ms = rolloutStart + 6 * minute
  const { body } = await judge.judge()
  const [metric] = body.metrics
  const ofMetric = '{revision="b",metric="errors",kind="errors"}'
  expect(await runLines(judge)).toEqual([
    `canary_judge_run_score{revision="b"} ${body.score}`,
    'canary_judge_run_waiting{revision="b"} 0',
    `canary_judge_run_metric_value${ofMetric.replace('}', ',arm="canary"}')} ${metric.canary.value}`,
    `canary_judge_run_metric_value${ofMetric.replace('}', ',arm="stable"}')} ${metric.stable.value}`,
    `canary_judge_run_metric_ratio${ofMetric} ${metric.ratio.estimate}`,
    `canary_judge_run_metric_evidence${ofMetric} ${metric.evidence}`,
    `canary_judge_run_metric_failing${ofMetric} 0`,
  ])
  await judge.store.updateRun(body.run, { closedAt: judge.clock.ms })
  expect(await runLines(judge)).toEqual([])
})

test('GET /metrics says which metric of a run fails', async () => {
  await using judge = await runJudge({ fixture: 'errors-x10' })
  judge.clock.ms = rolloutStart + 10 * minute
  expect((await judge.judge()).body.verdict).toBe('fail')
  const failing = 'canary_judge_run_metric_failing{revision="b",metric="errors",kind="errors"} 1'
  expect(await runLines(judge)).toContain(failing)
})

test('GET /metrics says that a run waits while a person holds it', async () => {
  await using judge = await runJudge({ fixture: 'errors-x10' })
  judge.clock.ms = rolloutStart + 2 * minute
  await judge.judge()
  await judge.decide({ decision: 'hold' })
  judge.clock.ms += 1
  await judge.judge()
  expect(await runLines(judge)).toContain('canary_judge_run_waiting{revision="b"} 1')
  await judge.decide({ decision: 'clear' })
  judge.clock.ms += minute
  await judge.judge()
  expect(await runLines(judge)).toContain('canary_judge_run_waiting{revision="b"} 0')
})

test('GET /metrics answers without the metrics of runs while the store is away', async () => {
  await using judge = await runJudge()
  judge.clock.ms = rolloutStart + 2 * minute
  await judge.judge()
  judge.store.listOpenRuns = async () => {
    throw new AppError('store-unavailable', 'away')
  }
  expect(await runLines(judge)).toEqual([])
  expect((await request(judge.url).get('/metrics')).status).toBe(200)
})
