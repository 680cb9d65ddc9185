import type { Call, NoReply, Reply } from '../call.ts'
import type { ControllerLog } from '../controller-log.ts'
import type { Metric } from './manifests.ts'
import { parseCondition } from './condition.ts'
import { exchange } from '../exchange.ts'
import { goJson } from '../go-json.ts'
import { findByJsonPath } from '../json-path.ts'
import type { ControllerClock } from '../simulated-clock.ts'

export type MeasurementPhase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error'

export interface Measurement {
  readonly phase: MeasurementPhase
  readonly startedAt: number
  readonly finishedAt: number
  /** The value that Argo keeps and shows: the first match of the JSONPath, as JSON. */
  readonly value?: string
  /** Why the measurement is an Error. */
  readonly message?: string
}

export interface MeasureDeps {
  readonly call: Call
  readonly clock: ControllerClock
  readonly log: ControllerLog
}

type Judgement = Pick<Measurement, 'phase' | 'value' | 'message'>

/** One measurement of Argo's `web` provider. */
export async function measure(metric: Metric, { call, clock, log }: MeasureDeps): Promise<Measurement> {
  const { web } = metric.provider
  const startedAt = clock.now()
  const headers = Object.fromEntries(web.headers.map(({ key, value }) => [key, value]))
  const request = {
    method: web.method,
    headers: web.jsonBody === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
    body: web.jsonBody === undefined ? '' : goJson(web.jsonBody),
    timeoutMs: (web.timeoutSeconds > 0 ? web.timeoutSeconds : 10) * 1000,
  }
  const reply = await exchange(web.url, request, { call, clock })
  const judgement = judge(metric, reply)
  const result = 'failure' in reply ? reply.failure : reply.status
  log.call({
    ...request,
    at: startedAt,
    purpose: metric.name,
    url: web.url,
    result,
    answer: 'failure' in reply ? '' : reply.body,
    line: `${web.method} ${new URL(web.url).pathname} ${result} ${judgement.phase}`,
  })
  return { ...judgement, startedAt, finishedAt: clock.now() }
}

function judge(metric: Metric, reply: Reply | NoReply): Judgement {
  if ('failure' in reply) return { phase: 'Error', message: reply.failure }
  if (reply.status < 200 || reply.status > 299)
    return { phase: 'Error', message: `received non 2xx response code: ${reply.status}` }
  const data = parseJson(reply.body)
  // Up to 1.9.1 Argo does not evaluate the conditions here.
  if (data === undefined) return { phase: 'Successful', value: reply.body }
  const match = findByJsonPath(metric.provider.web.jsonPath, data.json)
  if ('error' in match) return { phase: 'Error', message: `Could not find JSONPath in body: ${match.error}` }
  return { ...evaluate(metric, match.found), value: goJson(match.found) }
}

function parseJson(body: string): { readonly json: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(body)
    return { json }
  } catch {
    return undefined
  }
}

/** Both conditions are evaluated, then weighed against each other. */
function evaluate({ successCondition, failureCondition }: Metric, result: unknown): Judgement {
  const success = successCondition === undefined ? undefined : parseCondition(successCondition)(result)
  const failure = failureCondition === undefined ? undefined : parseCondition(failureCondition)(result)
  for (const one of [success, failure])
    if (one !== undefined && 'error' in one) return { phase: 'Error', message: one.error }
  const succeeded = success !== undefined && 'holds' in success ? success.holds : undefined
  const failed = failure !== undefined && 'holds' in failure ? failure.holds : undefined
  if (failed === true || (failed === undefined && succeeded === false)) return { phase: 'Failed' }
  if (succeeded === false) return { phase: 'Inconclusive' }
  return { phase: 'Successful' }
}
