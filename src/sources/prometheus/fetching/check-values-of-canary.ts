import type { Reading } from '../counting/place-series.ts'
import { unfittingValue } from '../diagnosis/unfitting-value.ts'
import type { Labels } from '../arms/arms.ts'
import type { CountQueries } from '../queries/metric-queries.ts'
import { SourceError } from '../client/source-error.ts'
import type { MetricRequest } from './metric-request.ts'

/**
 * Refuses a canary without failures when it labels failures with other words than stable does, as code="error" where
 * stable has code="500". The policy's selector could never find its failures.
 */
export async function checkValuesOfCanary(
  one: MetricRequest,
  { kind, telling, partSelector }: CountQueries,
  { total, part }: Reading,
  end: number,
): Promise<void> {
  const isCanary = ({ labels }: { readonly labels: Labels }): boolean => one.arms.armOf(labels) === 'canary'
  if (kind !== 'errors' || !total.some(isCanary) || part.some(isCanary)) return
  for (const { values } of telling) {
    const canary = await labelsOf(one, values.canary, end)
    if (unfittingValue(partSelector, canary) === undefined) continue
    const known = new Set((await labelsOf(one, values.stable, end)).map((labels) => JSON.stringify(labels)))
    const own = canary.filter((labels) => !known.has(JSON.stringify(labels)))
    const text = unfittingValue(partSelector, own)
    if (text === undefined) continue
    throw new SourceError('source-invalid', `the canary has values that stable has not: ${text}`)
  }
}

async function labelsOf(
  { client, signal }: MetricRequest,
  query: string,
  at: number,
): Promise<readonly Labels[]> {
  return (await client.instant(query, at, signal)).series.map(({ labels }) => labels)
}
