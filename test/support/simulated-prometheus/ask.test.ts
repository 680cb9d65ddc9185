import { expect, test } from 'vitest'
import { differences } from './ask.ts'

const vector = (le: string, value: string) => ({
  status: 200,
  data: { resultType: 'vector', result: [{ metric: { le }, value: [1_700_000_000, value] }] },
})

test.each([
  ['the last bits of a sum', '0.1', '0.30000000000000004', '0.1', '0.3', 0],
  ['a sum that is whole on one side', '0.1', '2', '0.1', '1.9999999999999998', 0],
  ['another value', '0.1', '2', '0.1', '2.000001', 1],
  ['another whole number', '0.1', '2', '0.1', '3', 1],
  ['something for nothing', '0.1', '0', '0.1', '1e-17', 1],
  ['a label that is nearly the same', '0.30000000000000004', '2', '0.3', '2', 1],
])('differences() of %s', (_name, le, value, otherLe, other, count) => {
  expect(differences(vector(le, value), vector(otherLe, other))).toHaveLength(count)
  expect(differences(vector(otherLe, other), vector(le, value))).toHaveLength(count)
})
