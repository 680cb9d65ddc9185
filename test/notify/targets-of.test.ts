import { expect, test } from 'vitest'
import type { EventKind } from '../../src/judge/ports/ports.ts'
import { messageText, unknownKeys } from '../../src/notify/message-text.ts'
import type { NotifyRoute } from '../../src/notify/settings.ts'
import { targetsOf } from '../../src/notify/targets-of.ts'

const told = (
  route: Omit<NotifyRoute, 'targets'>,
  namespace = 'shop',
  name = 'web',
  kind: EventKind = 'fail',
) =>
  targetsOf(
    { id: '1', kind, at: 0, namespace, name },
    {
      targets: { chat: { type: 'slack' } },
      routes: [{ targets: ['chat', 'gone'], ...route }],
      templates: {},
    },
  ).length === 1

test('targetsOf() gives each target once, and none that is not configured', () => {
  const targets = { chat: { type: 'slack' }, pager: { type: 'pagerduty' } }
  const routes = [{ targets: ['chat'] }, { targets: ['chat', 'pager', 'gone'] }]
  const event = { id: '1', kind: 'fail', at: 0, namespace: 'shop', name: 'web' } as const
  expect(targetsOf(event, { targets, routes, templates: {} })).toEqual(['chat', 'pager'])
})

test('targetsOf() goes by event, namespace and name, all of them', () => {
  expect(told({ events: ['fail'] })).toBe(true)
  expect(told({ events: ['began'] })).toBe(false)
  expect(told({ namespaces: ['shop'], names: ['web'] })).toBe(true)
  expect(told({ namespaces: ['shop'], names: ['api'] })).toBe(false)
})

test.each([
  ['*', 'anything', true],
  ['shop', 'shopping', false],
  ['shop-*', 'shop-eu', true],
  ['shop-*', 'shop', false],
  ['*-eu', 'shop-eu', true],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'acb', false],
  ['a*bb*b', 'abb', false],
  ['.*', 'shop', false],
  ['**', '', true],
])('targetsOf() takes %s for %s: %s', (pattern, namespace, expected) => {
  expect(told({ namespaces: [pattern] }, namespace)).toBe(expected)
})

const event = {
  id: '1',
  kind: 'step-passed',
  at: 0,
  namespace: 'shop',
  name: 'web',
  run: { id: 'r', revision: 'b', policy: 'web', policyDigest: 'd' },
  step: { index: 0, of: 3, weight: 5 },
} as const

test('messageText() fills in a template, in one line; what the event lacks is left empty', () => {
  expect(messageText(event, {})).toBe('shop/web: step 1 of 3 of the rollout of b passed')
  const template = '{{ name }}\n{{weight}} [{{summary}}] {{name}}'
  expect(messageText(event, { 'step-passed': template })).toBe('web 5% [] web')
  const hostile = { ...event, name: 'a\u202Eb{{revision}}' }
  expect(messageText(hostile, { 'step-passed': '{{name}}' })).toBe('a b{{revision}}')
})

test('unknownKeys() gives what no event has', () => {
  expect(unknownKeys('{{name}} {{nam}} {{}} {name}')).toEqual(['nam', ''])
})
