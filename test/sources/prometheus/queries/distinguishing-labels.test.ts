import { expect, test } from 'vitest'
import { parseSelector } from '../../../../src/sources/prometheus/queries/selector.ts'
import { distinguishingLabels } from '../../../../src/sources/prometheus/queries/distinguishing-labels.ts'

test.each([
  ['a_total', 'a_total{code=~"5.."}', ['code']],
  ['a_total', 'a_total{code!~"2..", zone="x"}', ['code', 'zone']],
  ['a_total{zone="x"}', 'a_total{zone="x",code="500"}', ['code']],
  ['a_total', 'b_total{code="500"}', []],
  ['a_total', 'a_total{error_type!=""}', []],
  ['a_total', 'a_total{error_type =~ ".+"}', []],
  ['a_total', "a_total{error_type!='', code=~'.*'}", ['code']],
  ['a_total', 'a_total{code!="0"}', ['code']],
  ['a_total', 'a_total{code=~"5.+"}', ['code']],
])('tellingLabels(%s, %s) are %j', (total, part, labels) => {
  expect(distinguishingLabels(parseSelector(total), parseSelector(part))).toEqual(labels)
})
