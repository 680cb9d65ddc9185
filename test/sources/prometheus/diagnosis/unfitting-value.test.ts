import { expect, test } from 'vitest'
import { unfittingValue } from '../../../../src/sources/prometheus/diagnosis/unfitting-value.ts'
import { parseSelector } from '../../../../src/sources/prometheus/queries/selector.ts'

const why = (selector: string, label: string, ...values: readonly string[]): string | undefined =>
  unfittingValue(
    parseSelector(selector),
    values.map((value) => ({ [label]: value })),
  )

test.each([
  ['r{code=~"5.."}', 'code', 'success', 'error'],
  ['r{code=~"5.."}', 'code', 'success'],
  ['r{status="5xx"}', 'status', '200', '404'],
  ['r{status="5xx"}', 'status', '2XX'],
  ['r{outcome="failed"}', 'outcome', 'ok', 'failure'],
  ['r{grpc_code=~"5.."}', 'grpc_code', '0', '5'],
])('unfittingValue() refuses %s where %s is %s', (selector, label, ...values) => {
  const text = why(selector, label, ...values)
  expect(text).toContain('fits none of the values of')
  for (const value of values) expect(text).toContain(`"${value}"`)
})

test.each([
  ['r{code=~"5.."}', 'code', '200', '404'],
  ['r{code=~"5.."}', 'code', '500'],
  ['r{code="5xx"}', 'code', '2xx'],
  ['r{outcome="failed"}', 'outcome', 'ok'],
  ['r{code!~"2.."}', 'code', '200'],
  ['r{grpc_code!="0"}', 'grpc_code', '0'],
  ['r{grpc_code=~"13|14"}', 'grpc_code', '0'],
  ['r{classification="failure"}', 'classification', 'success'],
  ['r{code=~"5.."}', 'other', 'x'],
])(
  'unfittingValue() says nothing of %s where %s is %s, since there may have been no failure yet',
  (selector, label, ...values) => {
    expect(why(selector, label, ...values)).toBeUndefined()
  },
)
