import { expect, test } from 'vitest'
import { monitorLoop } from '../../../support/measures/loop-monitor.ts'
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
  [String.raw`r{code=~"5\\d\\d"}`, 'code', 'success', 'error'],
  ['r{outcome=~"(?i)FAILED"}', 'outcome', 'ok', 'failure'],
  ['r{outcome=~"(?P<how>timed|cut)[[:alpha:]]+"}', 'outcome', 'ok', 'failure'],
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
  [String.raw`r{code=~"5\\d\\d"}`, 'code', '200', '404'],
  ["r{code=~'5[[:digit:]]{2}'}", 'code', '200', '404'],
  ['r{code=~`5\\d\\d`}', 'code', '200'],
  ['r{code=~"(?P<class>5)..|(?i)ERROR"}', 'code', 'error'],
  ['r{code=~"(?U)5.+"}', 'code', '200'],
  // this is not RE2, and Prometheus itself reports it
  ['r{code=~"(?=5).."}', 'code', 'ok', 'error'],
  ['r{code=~"[5"}', 'code', 'ok', 'error'],
])(
  'unfittingValue() says nothing of %s where %s is %s, since there may have been no failure yet',
  (selector, label, ...values) => {
    expect(why(selector, label, ...values)).toBeUndefined()
  },
)

test.each([
  '(a+)+',
  '(a|a)*b',
  '((a*)*)*c',
  '(a{0,1000}){0,1}'.repeat(60),
  '(a?){1000}',
  'a{0,500}'.repeat(10),
  '('.repeat(400) + 'a*' + ')*'.repeat(400),
  String.raw`(?i)\\PN{1000}`,
])('unfittingValue() tries %s on long values within a quarter of a second', (pattern) => {
  const values = Array.from({ length: 20 }, (_, i) => `${'a'.repeat(2000)}!${i}`)
  const loop = monitorLoop()
  why(`r{code=~"${pattern}"}`, 'code', ...values)
  expect(loop.stop()).toBeLessThan(250)
})
