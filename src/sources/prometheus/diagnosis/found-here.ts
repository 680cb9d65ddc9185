import { printSelector } from '../queries/selector.ts'
import { commonMatchers } from './missing-arm.ts'
import { histogramName, type PreparedMetric, writtenSelectors } from './prepared-metric.ts'

/** The name of another metric of the policy that is there where this one is not, and is told by the same labels. */
export async function foundHere(one: PreparedMetric): Promise<string | undefined> {
  const { policy, metric, source, selection, arms, client, span, signal } = one
  const others = policy.metrics.filter(
    (other) =>
      other.name !== metric.name &&
      (other.source ?? policy.source) === source &&
      (other.select ?? policy.select) === selection,
  )
  const found = await Promise.all(
    others.map(async (other) => {
      const [selector] = writtenSelectors({ metric: other, arms })
      if (selector === undefined) return []
      const name = other.kind === 'latency' ? `${histogramName(selector)}_bucket` : selector.metric
      const series = await client.series(printSelector(selector, commonMatchers(arms), name), span, signal)
      return series.length > 0 ? [name] : []
    }),
  )
  return found.flat()[0]
}
