/** One series of a remote write; samples and histograms in time order. */
export interface WrittenSeries {
  /** The labels with `__name__`. */
  readonly labels: Readonly<Record<string, string>>
  readonly samples?: readonly WrittenSample[]
  readonly histograms?: readonly NativeHistogram[]
}

export interface WrittenSample {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** 'stale' = the marker with which a scrape says that the series has gone. */
  readonly value: number | 'stale'
}

/** A native histogram of non-negative values. */
export interface NativeHistogram {
  readonly at: number
  /** Each power of two is split into 2^schema buckets. */
  readonly schema: number
  readonly count: number
  readonly sum: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  /** Counts, not cumulative, by index: bucket i holds the values in (2^((i-1)/2^schema), 2^(i/2^schema)]. */
  readonly buckets: Readonly<Record<number, number>>
}

/** The native histogram of `values`. */
export const toNativeHistogram = (
  values: readonly number[],
  { at, schema = 3 }: { readonly at: number; readonly schema?: number },
): NativeHistogram => {
  const zeroThreshold = 2 ** -128
  const buckets: Record<number, number> = {}
  const above = values.filter((value) => value > zeroThreshold)
  for (const value of above) {
    const index = Math.ceil(Math.log2(value) * 2 ** schema)
    buckets[index] = (buckets[index] ?? 0) + 1
  }
  const sum = values.reduce((whole, value) => whole + value, 0)
  const zeroCount = values.length - above.length
  return { at, schema, count: values.length, sum, zeroThreshold, zeroCount, buckets }
}

/** Sends samples to a server that was started with `receiver: true`. It takes them in time order only. */
export const remoteWrite = async (url: string, series: readonly WrittenSeries[]): Promise<void> => {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(snappyLiterals(Buffer.concat(series.map((one) => field(1, timeSeries(one)))))),
  })
  if (!answer.ok) throw new Error(`remote write: expected 2xx, got ${answer.status} ${await answer.text()}`)
}

const timeSeries = ({ labels, samples = [], histograms = [] }: WrittenSeries): Buffer =>
  Buffer.concat([
    ...Object.entries(labels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => field(1, Buffer.concat([text(1, name), text(2, value)]))),
    ...samples.map(({ at, value }) => field(2, Buffer.concat([sampleValue(value), integer(2, BigInt(at))]))),
    ...histograms.map((histogram) => field(4, nativeHistogram(histogram))),
  ])

/** A stale marker is a NaN with special bits, which a JavaScript number would not keep. */
const sampleValue = (value: number | 'stale'): Buffer => {
  if (value !== 'stale') return double(1, value)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(0x7ff0_0000_0000_0002n)
  return Buffer.concat([varint(9n), bytes])
}

const nativeHistogram = (histogram: NativeHistogram): Buffer => {
  const indexes = Object.keys(histogram.buckets).map(Number)
  const filled = indexes.filter((index) => histogram.buckets[index] !== 0).sort((a, b) => a - b)
  const counts = filled.map((index) => histogram.buckets[index] ?? 0)
  return Buffer.concat([
    integer(1, BigInt(histogram.count)),
    double(3, histogram.sum),
    integer(4, zigzag(histogram.schema)),
    double(5, histogram.zeroThreshold),
    integer(6, BigInt(histogram.zeroCount)),
    ...spans(filled).map(({ offset, length }) =>
      field(11, Buffer.concat([integer(1, zigzag(offset)), integer(2, BigInt(length))])),
    ),
    field(12, Buffer.concat(counts.map((count, at) => varint(zigzag(count - (counts[at - 1] ?? 0)))))),
    integer(15, BigInt(histogram.at)),
  ])
}

/** Groups of neighbouring buckets. The first offset counts from bucket 0, each other one from the end of the group before. */
const spans = (indexes: readonly number[]): readonly { offset: number; length: number }[] => {
  const found: { offset: number; length: number }[] = []
  let next = 0
  for (const index of indexes) {
    const last = found.at(-1)
    if (last !== undefined && index === next) last.length++
    else found.push({ offset: index - next, length: 1 })
    next = index + 1
  }
  return found
}

const varint = (value: bigint): Buffer => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

const zigzag = (value: number): bigint => BigInt(value >= 0 ? 2 * value : -2 * value - 1)

const integer = (number: number, value: bigint): Buffer =>
  Buffer.concat([varint(BigInt(number << 3)), varint(value)])

const double = (number: number, value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([varint(BigInt((number << 3) | 1)), bytes])
}

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(content.length)), content])

const text = (number: number, value: string): Buffer => field(number, Buffer.from(value))

/** Valid snappy that does not compress: the length, then the bytes in literals of at most 64 KiB. */
const snappyLiterals = (bytes: Buffer): Buffer => {
  const parts = [varint(BigInt(bytes.length))]
  for (let from = 0; from < bytes.length; from += 65_536) {
    const literal = bytes.subarray(from, from + 65_536)
    const tag = Buffer.from([61 << 2, (literal.length - 1) & 255, (literal.length - 1) >> 8])
    parts.push(tag, literal)
  }
  return Buffer.concat(parts)
}
