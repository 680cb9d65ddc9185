import { z } from 'zod'

const answers = z.looseObject({
  status: z.string(),
  errorType: z.exactOptional(z.string()),
  error: z.exactOptional(z.string()),
  data: z.unknown().optional(),
})

export interface Asked {
  readonly status: number
  readonly errorType?: string
  readonly error?: string
  readonly data: unknown
}

/** Posts a form to a server of the query API. Lists that take no form are read with GET. */
export async function ask(
  url: string,
  path: string,
  params: Readonly<Record<string, string>>,
): Promise<Asked> {
  const form = new URLSearchParams(params)
  const listed = path.startsWith('/api/v1/label/')
  const answer = await (listed
    ? fetch(`${url}${path}?${form.toString()}`)
    : fetch(`${url}${path}`, { method: 'POST', body: form }))
  const { status: _status, data, ...rest } = answers.parse(await answer.json())
  const { errorType, error } = rest
  return {
    status: answer.status,
    ...(errorType === undefined ? {} : { errorType }),
    ...(error === undefined ? {} : { error }),
    data,
  }
}

/** Says where two answers differ. The last bits of a number and the order of an instant vector may differ. */
export function differences(expected: Asked, got: Asked): readonly string[] {
  if (expected.status !== got.status)
    return [`${expected.status} ${expected.error} / ${got.status} ${got.error}`]
  if (expected.status !== 200) return expected.errorType === got.errorType ? [] : ['errorType']
  return deepDifferences(inOrder(expected.data), inOrder(got.data), 'data')
}

const vectors = z.looseObject({
  resultType: z.literal('vector'),
  result: z.array(z.looseObject({ metric: z.unknown() })),
})

function inOrder(data: unknown): unknown {
  const { success, data: vector } = vectors.safeParse(data)
  if (!success) return data
  const key = ({ metric }: { metric: unknown }): string => JSON.stringify(metric)
  return { ...vector, result: vector.result.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) }
}

function deepDifferences(expected: unknown, got: unknown, at: string): readonly string[] {
  if (typeof expected === 'object' && expected !== null && typeof got === 'object' && got !== null) {
    const left = new Map<string, unknown>(Object.entries(expected))
    const right = new Map<string, unknown>(Object.entries(got))
    const keys = [...new Set([...left.keys(), ...right.keys()])]
    return keys.flatMap((key) => deepDifferences(left.get(key), right.get(key), `${at}.${key}`))
  }
  if (Object.is(expected, got) || (isOfSample.test(at) && near(expected, got))) return []
  return [`${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`]
}

/** Finds the value in a vector, a matrix or a scalar, but not its time or a label. */
const isOfSample = /\.(?:value|values\.\d+|result)\.1$/

function near(expected: unknown, got: unknown): boolean {
  if (typeof expected !== 'string' || typeof got !== 'string') return false
  // a sum in another order may be a whole number on only one side
  if (![expected, got].some((text) => /\d[.e]\d|\d{16}/.test(text))) return false
  return Math.abs(Number(expected) - Number(got)) <= 1e-13 * Math.abs(Number(expected))
}
