import { expect, test } from 'vitest'
import type { Selection } from '../../../../src/engine/model/policy.ts'
import type { Labels } from '../../../../src/sources/prometheus/arms/arms.ts'
import { missingArm } from '../../../../src/sources/prometheus/diagnosis/missing-arm.ts'
import { duration } from '../../../../src/sources/prometheus/diagnosis/words.ts'
import type { Workload } from '../../../../src/sources/prometheus/arms/preset-context.ts'
import { armsOf } from '../../../../src/sources/prometheus/arms/presets.ts'

const argo: Workload = { namespace: 'shop', name: 'web', revision: 'b5', stableRevision: 'c6', params: {} }
const flagger: Workload = { namespace: 'shop', name: 'web', revision: 'sum', params: {} }
const istio = (labels: Labels): Labels => ({
  reporter: 'destination',
  destination_workload_namespace: 'shop',
  ...labels,
})

function cause(
  preset: string,
  subject: Workload,
  all: readonly Labels[],
  arm: 'canary' | 'stable' = 'stable',
) {
  const selection: Selection = { preset, labels: {} }
  return missingArm({ arm, arms: armsOf(selection, subject), selection, subject, all })
}

test('missingArm() tells when matchers fit one by one and not together', () => {
  const all = [istio({ reporter: 'source' }), istio({ destination_workload_namespace: 'test' })]
  expect(cause('istio-workload', flagger, all)).toEqual({
    code: 'other-value',
    text: 'each of reporter="destination", destination_workload_namespace="shop" fits some series, no series fits all of them',
  })
})

test('missingArm() names the workloads seen, those of the target first', () => {
  const all = ['api', 'web', 'web-api'].map((name) => istio({ destination_workload: name }))
  const { code, text } = cause('istio-workload', flagger, all)
  expect(code).toBe('no-such-pods')
  expect(text).toContain(
    'none is of the stable of web-primary: "web", "web-api", "api"; Flagger names it web-primary',
  )
})

test('missingArm() finds the workload under another label', () => {
  const all = [istio({ destination_app: 'web-primary' })]
  expect(cause('istio-workload', flagger, all).text).toBe(
    'it matches 1 series with destination_app, none with destination_workload; set labels.workload: destination_app',
  )
})

test('missingArm() says that no ingress is a canary, and offers no other label for that', () => {
  const all = [{ namespace: 'shop', ingress: 'web', status: '200' }]
  expect(cause('nginx-ingress', flagger, all, 'canary').text).toBe(
    'no series has a label canary, its labels are namespace, ingress, status; set labels.canary to the right one',
  )
})

test('missingArm() goes by the target and controller of the parameters', () => {
  const subject = { ...argo, params: { controller: 'flagger', target: 'shop-web' } }
  const all = [{ namespace: 'shop', pod: 'shop-web-b5cd-x7k2p' }]
  expect(cause('pods', subject, all).text).toContain('none is of the stable of shop-web-primary')
})

test('missingArm() shows five values and counts the rest', () => {
  const all = Array.from({ length: 7 }, (_, i) => ({ namespace: 'shop', pod: `other-${i}` }))
  expect(cause('pods', argo, all, 'canary').text).toBe(
    `of the values of pod none is of the canary's revision "b5": "other-0", "other-1", "other-2", "other-3", "other-4" and 2 more`,
  )
})

test('missingArm() shows nothing that could forge a line', () => {
  const all = [{ namespace: 'shop\nok <b>', pod: 'x' }]
  expect(cause('pods', argo, all).text).toContain('namespace is "shop ok b "')
})

test('missingArm() of arms by labels of the policy names what it found', () => {
  const selection: Selection = { canary: { track: 'canary' }, stable: { track: 'stable' } }
  const all = [{ namespace: 'shop', track: 'blue' }]
  const arms = armsOf(selection, argo)
  expect(missingArm({ arm: 'canary', arms, selection, subject: argo, all })).toEqual({
    code: 'no-such-pods',
    text: 'of the values of track none is that of the canary: "blue"',
  })
})

test('missingArm() of several labels that fit names the one of most series, and of equals the first', () => {
  const both = { exported_namespace: 'shop', kubernetes_namespace: 'shop', pod: 'web-b5-x7k2p' }
  expect(cause('pods', argo, [both]).text).toContain('1 series have exported_namespace="shop"')
  const more = [both, { kubernetes_namespace: 'shop', pod: 'web-b5-bcdfg' }]
  expect(cause('pods', argo, more)).toEqual({
    code: 'wrong-namespace',
    text: '2 series have kubernetes_namespace="shop", none has namespace="shop"; set labels.namespace: kubernetes_namespace',
  })
})

test('missingArm() finds the name of the workload under another label', () => {
  const all = [{ namespace: 'shop', app_kubernetes_io_name: 'web', version: 'b5' }]
  expect(cause('labels', argo, all)).toEqual({
    code: 'other-label',
    text: '1 series have app_kubernetes_io_name="web", none has app="web"; set labels.app: app_kubernetes_io_name',
  })
})

test('missingArm() says which parameter of a request is another', () => {
  const all = [{ namespace: 'shop', ingress: 'shop', canary: '' }]
  expect(cause('nginx-ingress', flagger, all)).toEqual({
    code: 'other-value',
    text: 'none of 1 series has ingress="web": ingress is "shop"; set params.ingress, or labels.ingress',
  })
  const elsewhere = [istio({ reporter: 'source' })]
  expect(cause('istio-workload', flagger, elsewhere).text).toBe(
    'none of 1 series has reporter="destination": reporter is "source"; set params.reporter',
  )
})

test('missingArm() of a canary of Flagger goes by the name of its workload', () => {
  const all = [{ namespace: 'shop', pod: 'web-primary-7d9f4b5c6-x7k2p' }]
  expect(cause('pods', flagger, all, 'canary').text).toBe(
    'of the values of pod none is of the canary of web: "web-primary-7d9f4b5c6-x7k2p"',
  )
})

test('missingArm() of arms by several labels of the policy looks for no other label', () => {
  const selection: Selection = {
    canary: { app: 'web', track: 'canary' },
    stable: { app: 'web', track: 'stable' },
  }
  const all = [{ namespace: 'shop', app: 'web', kind: 'stable' }]
  const arms = armsOf(selection, argo)
  expect(missingArm({ arm: 'stable', arms, selection, subject: argo, all }).text).toBe(
    'no series has a label track, its labels are namespace, app, kind; name a label that is there in select',
  )
  const far = [{ exported_namespace: 'shop', app: 'web', track: 'stable' }]
  expect(missingArm({ arm: 'stable', arms, selection, subject: argo, all: far }).text).toBe(
    '1 series have exported_namespace="shop", none has namespace="shop"; name exported_namespace in select',
  )
})

test.each([
  [90, '90 s'],
  [2100, '35 min'],
  [9000, '2.5 h'],
])('duration(%d) is %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test('missingArm() says that series of the arm were there and none when a slice ended', () => {
  const all = [istio({ destination_workload: 'web-primary', destination_app: 'web-primary' })]
  expect(cause('istio-workload', flagger, all)).toEqual({
    code: 'gap',
    text: '1 series of this arm was there, but not when a slice ended: too young, gone again, or of a kind that cannot be counted',
  })
})
