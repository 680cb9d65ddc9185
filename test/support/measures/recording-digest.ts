import { createHash, type Hash } from 'node:crypto'
import type { MetricData, Recording, Sample } from '../../../src/engine/model/recording.ts'
import { canonicalJson } from '../../../src/formats/policy/policy-digest.ts'

/** SHA-256 of the whole content. The order of keys and of metrics does not change it, the order of pods does. */
export function recordingDigest(recording: Recording): string {
  const hash = createHash('sha256')
  const { metrics, ...rest } = recording
  const names = Object.keys(metrics).toSorted()
  hash.update(canonicalJson({ ...rest, metrics: names }))
  for (const name of names) {
    const data = metrics[name]
    if (data !== undefined) updateMetric(hash, data)
  }
  return hash.digest('hex')
}

function updateMetric(hash: Hash, data: MetricData): void {
  const samples: (Row | null)[] = []
  switch (data.kind) {
    case 'errors':
      samples.push(...data.bad, ...data.total)
      break
    case 'conversion':
      samples.push(...data.good, ...data.total)
      break
    case 'gauge':
    case 'series':
      samples.push(...data.value)
      break
    case 'restarts':
      samples.push(...data.restarts)
      break
    case 'latency':
      samples.push(...data.above.flatMap((pod) => pod ?? [null]), ...data.total)
      break
    default:
      data satisfies never
  }
  const about = data.kind === 'latency' ? { bounds: data.bounds, shape: data.shape } : {}
  hash.update(canonicalJson({ kind: data.kind, ...about, rows: samples.map((row) => row?.length ?? null) }))
  for (const row of samples) if (row !== null) hash.update(toBytes(row))
}

type Row = readonly Sample[]

// Quiet NaNs that no calculation gives, because the bits of a plain NaN are not fixed.
const nullBits = 0x7ff8_0000_0000_0001n
const nanBits = 0x7ff8_0000_0000_0000n

/** Eight bytes for each sample, which is several times faster than text, and exact. */
function toBytes(row: Row): Uint8Array {
  const numbers = new Float64Array(row.length)
  const bits = new BigUint64Array(numbers.buffer)
  for (const [slice, sample] of row.entries()) {
    if (sample === null) bits[slice] = nullBits
    else if (Number.isNaN(sample)) bits[slice] = nanBits
    else numbers[slice] = sample + 0
  }
  return new Uint8Array(numbers.buffer)
}
