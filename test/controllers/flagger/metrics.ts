import { z } from 'zod'
import { exchange } from '../exchange.ts'
import type { Metric, MetricTemplate } from './manifests.ts'
import type { HookDeps } from './hooks.ts'

export interface MetricSubject {
  readonly namespace: string
  readonly name: string
  readonly target: string
  readonly service: string
}

const answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})
const timeoutMs = 5000

/** Asks the template's Prometheus for one value. Undefined when it is within the range, otherwise the reason why not. */
export async function checkMetric(
  metric: Metric,
  { provider, query }: MetricTemplate,
  subject: MetricSubject,
  deps: HookDeps & { readonly secrets?: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const token = provider.secretRef && deps.secrets?.[`${provider.secretRef.name}/token`]
  if (provider.secretRef !== undefined && token === undefined)
    return `secret ${provider.secretRef.name} has no token`
  const text = rendered(query, { ...subject, interval: metric.interval })
  const at = deps.clock.now()
  const url = `${provider.address}/api/v1/query?query=${encodeURIComponent(text)}`
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const request = { method: 'GET' as const, headers, body: '', timeoutMs }
  const reply = await exchange(url, request, deps)
  const result = 'failure' in reply ? reply.failure : reply.status
  const body = 'failure' in reply ? '' : reply.body
  deps.log.call({
    ...request,
    at,
    purpose: 'metric',
    url,
    result,
    answer: body,
    line: `metric ${metric.name} ${result}`,
  })
  if ('failure' in reply || reply.status >= 400) return `metric query failed for ${metric.name}: ${result}`
  const [sample] = answer.parse(JSON.parse(body)).data.result
  const value = Number(sample?.value[1])
  if (sample === undefined || Number.isNaN(value)) return `no values found for custom metric: ${metric.name}`
  const { min = -Infinity, max = Infinity } = metric.thresholdRange
  if (value < min) return `${metric.name} ${value.toFixed(2)} < ${min}`
  return value > max ? `${metric.name} ${value.toFixed(2)} > ${max}` : undefined
}

/** Fills in a Go template whose functions have no arguments, and makes one line, as Flagger does. */
const rendered = (query: string, values: Readonly<Record<string, string>>): string =>
  query
    .replace(/\{\{\s*(\w+)\s*\}\}/g, (tag, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`the query has ${tag}, which this model does not know`)
      return value
    })
    .replaceAll(/\s+/g, ' ')
