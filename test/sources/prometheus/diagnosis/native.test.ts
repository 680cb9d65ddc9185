import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../../../src/judge/ports/diagnosis.ts'
import type { MetricSource } from '../../../../src/judge/ports/ports.ts'
import {
  prometheusMissing,
  type PrometheusServer,
  startPrometheus,
} from '../../../support/parts/prometheus.ts'
import { remoteWrite, toNativeHistogram } from '../../../support/parts/remote-write.ts'
import { sourceFor } from '../source-case.ts'
import { canary, canaryPod, found, requestOf, stablePods } from './case.ts'

const missing = prometheusMissing()
const everySeconds = 30
const minutes = 16
const end = Math.floor(Date.now() / 60_000) * 60

describe.skipIf(missing !== undefined)(`diagnose() of native histograms ${missing ?? ''}`, () => {
  let server: PrometheusServer | undefined
  let source: MetricSource | undefined

  beforeAll(async () => {
    server = await startPrometheus({ receiver: true })
    source = sourceFor(server.url)
    const [stablePod, youngPod] = stablePods
    const write = async (at: number, pods: readonly string[]): Promise<void> => {
      const count = (at - end) / everySeconds + (minutes * 60) / everySeconds + 1
      const values = Array.from({ length: 10 * count }, (_, i) => 0.05 * (1 + (i % 7)))
      const series = pods.map((pod) => ({
        labels: {
          __name__: 'http_request_duration_seconds',
          namespace: 'shop',
          pod,
          instance: pod,
          job: 'web',
        },
        histograms: [toNativeHistogram(values, { at: at * 1000 })],
      }))
      await remoteWrite(server?.url ?? '', series)
    }
    for (let at = end - minutes * 60; at <= end; at += everySeconds) {
      await write(at, at < end - 300 ? [stablePod, canaryPod] : [stablePod, youngPod, canaryPod])
    }
  }, 60_000)
  afterAll(async () => {
    await source?.close()
    await server?.stop()
  })

  const diagnosed = async (change: Partial<Parameters<typeof requestOf>[0]> = {}): Promise<Diagnosis> => {
    const asked = { namespace: 'shop', metrics: 'name: p95, kind: latency', more: 'history: 12m', ...change }
    const diagnosis = await source?.diagnose?.({ ...requestOf(asked), until: (end + 5) * 1000, minutes: 10 })
    if (diagnosis === undefined) throw new Error('expected a source that diagnoses')
    return diagnosis
  }

  test('diagnose() counts their series and samples by arm, and finds nothing wrong', async () => {
    const diagnosis = await diagnosed()
    expect(found(diagnosis)).toEqual([])
    expect(diagnosis.ok).toBe(true)
    const [query] = diagnosis.metrics[0]?.queries ?? []
    expect(query?.of).toBe('buckets')
    expect(query?.query).toMatch(
      /^sum by \(pod, job, instance, container\) \(http_request_duration_seconds\{/,
    )
    expect(query?.arms).toEqual({ canary: { series: 1, samples: 11 }, stable: { series: 2, samples: 17 } })
  })

  test('diagnose() says how much shorter their history is than the policy asks', async () => {
    expect(found(await diagnosed({ more: 'history: 1h' }))).toEqual([
      expect.stringMatching(
        /^warning short-history: the policy asks for 60 min of history, stable has 1[56] min/,
      ),
    ])
  })

  test('diagnose() names the missing arm', async () => {
    expect(found(await diagnosed({ revision: canary.replace('5', '9') }))).toEqual([
      expect.stringMatching(/^error no-such-pods: .*none is of the canary's revision/),
    ])
  })

  test('diagnose() holds their interval against the slice', async () => {
    expect(found(await diagnosed({ more: 'history: 12m\nslice: 20s' }))).toEqual([
      expect.stringMatching(/^error coarse-scrape: scraped every 30 s, the slice is 20 s/),
    ])
  })
})
