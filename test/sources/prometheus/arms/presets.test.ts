import { describe, expect, test } from 'vitest'
import type { Selection } from '../../../../src/engine/model/policy.ts'
import { AppError } from '../../../../src/errors.ts'
import type { Arms, Labels } from '../../../../src/sources/prometheus/arms/arms.ts'
import type { Matcher } from '../../../../src/sources/prometheus/queries/matcher.ts'
import type { Workload } from '../../../../src/sources/prometheus/arms/preset-context.ts'
import { armsOf, presetNames } from '../../../../src/sources/prometheus/arms/presets.ts'

const argo: Workload = {
  namespace: 'shop',
  name: 'web',
  revision: '5c6b8d7f4',
  stableRevision: '7d9f4b5c6',
  params: {},
}
const flagger: Workload = { namespace: 'shop', name: 'web', revision: 'sum-1', params: { port: '80' } }

const preset = (name: string, labels: Labels = {}): Selection => ({ preset: name, labels })

/** Selects as the server does, then finds the arm as the source does. */
function armIn(arms: Arms, labels: Labels): string {
  const found = arms.both.every((matcher) => fits(matcher, labels))
  const arm = found ? (arms.armOf(labels) ?? 'none') : 'none'
  expect(arms.stable.every((matcher) => fits(matcher, labels))).toBe(arm === 'stable')
  return arm
}

function fits({ label, op, value }: Matcher, labels: Labels): boolean {
  const actual = labels[label] ?? ''
  const same = op === '=' || op === '!=' ? actual === value : new RegExp(`^(?:${value})$`).test(actual)
  return same === (op === '=' || op === '=~')
}

const istio = (labels: Labels): Labels => ({
  reporter: 'destination',
  destination_workload_namespace: 'shop',
  destination_service_namespace: 'shop',
  destination_workload: 'web',
  ...labels,
})
const nginx = (labels: Labels): Labels => ({ namespace: 'shop', ingress: 'web', ...labels })
const linkerd = (labels: Labels): Labels => ({ namespace: 'shop', direction: 'inbound', ...labels })

/** The labels of a canary's series from an ingress that names it by its port. */
function portOf(name: 'traefik' | 'contour' | 'gloo', port: string): Labels {
  if (name === 'traefik') return { service: `shop-web-canary-${port}@kubernetescrd` }
  const cluster =
    name === 'contour' ? `shop_web-canary_${port}` : `shop-web-canaryupstream-${port}_gloo-system`
  return { envoy_cluster_name: cluster }
}

type Case = readonly [Labels, 'canary' | 'stable' | 'none']

const cases: readonly (readonly [string, Workload, readonly Case[]])[] = [
  [
    'pods',
    argo,
    [
      [{ namespace: 'shop', pod: 'web-5c6b8d7f4-x7k2p' }, 'canary'],
      [{ namespace: 'shop', pod: 'web-7d9f4b5c6-x7k2p' }, 'stable'],
      [{ namespace: 'shop', pod: 'web-6f5d4c3b2-x7k2p' }, 'none'],
      [{ namespace: 'shop', pod: 'web-api-5c6b8d7f4-x7k2p' }, 'none'],
      [{ namespace: 'test', pod: 'web-5c6b8d7f4-x7k2p' }, 'none'],
    ],
  ],
  [
    'pods',
    flagger,
    [
      [{ namespace: 'shop', pod: 'web-5c6b8d7f4-x7k2p' }, 'canary'],
      [{ namespace: 'shop', pod: 'web-x7k2p' }, 'canary'],
      [{ namespace: 'shop', pod: 'web-primary-7d9f4b5c6-x7k2p' }, 'stable'],
      [{ namespace: 'shop', pod: 'web-primary-x7k2p' }, 'stable'],
      [{ namespace: 'shop', pod: 'web-api-5c6b8d7f4-x7k2p' }, 'none'],
      [{ namespace: 'shop', pod: 'web-api-primary-x7k2p' }, 'none'],
      [{ namespace: 'test', pod: 'web-primary-x7k2p' }, 'none'],
    ],
  ],
  [
    'argo-hash-label',
    argo,
    [
      [{ namespace: 'shop', rollouts_pod_template_hash: '5c6b8d7f4' }, 'canary'],
      [{ namespace: 'shop', rollouts_pod_template_hash: '7d9f4b5c6' }, 'stable'],
      [{ namespace: 'shop', rollouts_pod_template_hash: '6f5d4c3b2' }, 'none'],
      [{ namespace: 'test', rollouts_pod_template_hash: '5c6b8d7f4' }, 'none'],
    ],
  ],
  [
    'labels',
    { ...argo, revision: 'v2', stableRevision: 'v1' },
    [
      [{ namespace: 'shop', app: 'web', version: 'v2' }, 'canary'],
      [{ namespace: 'shop', app: 'web', version: 'v1' }, 'stable'],
      [{ namespace: 'shop', app: 'web', version: 'v0' }, 'none'],
      [{ namespace: 'shop', app: 'web-api', version: 'v2' }, 'none'],
    ],
  ],
  [
    'istio-workload',
    flagger,
    [
      [istio({}), 'canary'],
      [istio({ destination_workload: 'web-primary' }), 'stable'],
      [istio({ destination_workload: 'web-api' }), 'none'],
      [istio({ reporter: 'source' }), 'none'],
      [istio({ destination_workload_namespace: 'test' }), 'none'],
    ],
  ],
  [
    'istio-gateway',
    flagger,
    [
      [istio({ reporter: 'source' }), 'canary'],
      [istio({}), 'none'],
    ],
  ],
  [
    'istio-service',
    argo,
    [
      [istio({ destination_service_name: 'web-canary' }), 'canary'],
      [istio({ destination_service_name: 'web-stable' }), 'stable'],
      [istio({ destination_service_name: 'web' }), 'none'],
      [istio({ destination_service_name: 'web-canary', destination_service_namespace: 'test' }), 'none'],
    ],
  ],
  ['istio-service', flagger, [[istio({ destination_service_name: 'web-primary' }), 'stable']]],
  [
    'istio-version',
    { ...argo, params: { canaryVersion: 'v2' } },
    [
      [istio({ destination_version: 'v2' }), 'canary'],
      [istio({ destination_version: '7d9f4b5c6' }), 'stable'],
      [istio({ destination_version: 'v2', destination_workload: 'web-api' }), 'none'],
    ],
  ],
  [
    'nginx-ingress',
    flagger,
    [
      [nginx({ canary: 'shop-web-canary-80' }), 'canary'],
      [nginx({ canary: '' }), 'stable'],
      [nginx({ ingress: 'web-api' }), 'none'],
      [nginx({ namespace: 'test' }), 'none'],
    ],
  ],
  [
    'traefik',
    flagger,
    [
      [{ service: 'shop-web-canary-80@kubernetescrd' }, 'canary'],
      [{ service: 'shop-web-primary-80@kubernetescrd' }, 'stable'],
      [{ service: 'shop-web-primary-8080@kubernetescrd' }, 'none'],
      [{ service: 'shop-web-api-canary-80@kubernetescrd' }, 'none'],
      [{ service: 'test-web-canary-80@kubernetescrd' }, 'none'],
    ],
  ],
  [
    'traefik',
    { ...flagger, params: {} },
    [
      [{ service: 'shop-web-canary-80@kubernetescrd' }, 'canary'],
      [{ service: 'shop-web-canary-api-80@kubernetescrd' }, 'none'],
    ],
  ],
  ...(['traefik', 'contour', 'gloo'] as const).flatMap((name) =>
    [{}, { port: 'http-web' }].map((params) => {
      const given = 'port' in params
      return [
        name,
        { ...flagger, params },
        [
          [portOf(name, 'web'), given ? 'none' : 'canary'],
          [portOf(name, 'http-web'), given ? 'canary' : 'none'],
        ],
      ] as const
    }),
  ),
  [
    'linkerd',
    flagger,
    [
      [linkerd({ deployment: 'web' }), 'canary'],
      [linkerd({ deployment: 'web-primary' }), 'stable'],
      [linkerd({ deployment: 'web-api' }), 'none'],
      [linkerd({ deployment: 'web', direction: 'outbound' }), 'none'],
    ],
  ],
  [
    'contour',
    flagger,
    [
      [{ envoy_cluster_name: 'shop_web-canary_80' }, 'canary'],
      [{ envoy_cluster_name: 'shop_web-primary_80' }, 'stable'],
      [{ envoy_cluster_name: 'shop_web-api-canary_80' }, 'none'],
    ],
  ],
  [
    'gloo',
    flagger,
    [
      [{ envoy_cluster_name: 'shop-web-canaryupstream-80_gloo-system' }, 'canary'],
      [{ envoy_cluster_name: 'shop-web-primaryupstream-80_gloo-system' }, 'stable'],
      [{ envoy_cluster_name: 'test-web-canaryupstream-80_gloo-system' }, 'none'],
    ],
  ],
  [
    'kuma',
    flagger,
    [
      [{ service: 'web-canary_shop_svc_80' }, 'canary'],
      [{ service: 'web-primary_shop_svc_80' }, 'stable'],
      [{ service: 'web-primary_test_svc_80' }, 'none'],
    ],
  ],
  [
    'kuma',
    { ...flagger, params: {} },
    [
      [{ service: 'web-canary_shop_svc_8080' }, 'canary'],
      [{ service: 'web-canary_shop_svc_x' }, 'none'],
    ],
  ],
]

describe('armsOf', () => {
  test.each(cases)('armsOf(%s) tells the arms from each other and from decoys', (name, subject, expected) => {
    const arms = armsOf(preset(name), subject)
    expect(expected.map(([labels]) => armIn(arms, labels))).toEqual(expected.map(([, arm]) => arm))
  })

  test('every preset is tested', () => {
    expect(new Set(cases.map(([name]) => name))).toEqual(new Set(presetNames))
  })

  test('armsOf(preset, {params}) takes target, service, ingress, kind and controller', () => {
    const withParams = (params: Labels): Workload => ({ ...argo, params })
    expect(armsOf(preset('pods'), withParams({ target: 'site' })).both.at(-1)?.value).toContain(
      'site-5c6b8d7f4-',
    )
    expect(
      armsOf(preset('istio-service'), withParams({ service: 's', target: 't' })).both.at(-1)?.value,
    ).toBe('s-canary|s-stable')
    expect(armsOf(preset('nginx-ingress'), withParams({ ingress: 'front' })).both[1]?.value).toBe('front')
    const daemonSet = armsOf(preset('pods'), withParams({ controller: 'flagger', kind: 'DaemonSet' }))
    expect(armIn(daemonSet, { namespace: 'shop', pod: 'web-bcd-x7k2p' })).toBe('none')
    expect(armIn(daemonSet, { namespace: 'shop', pod: 'web-x7k2p' })).toBe('canary')
  })

  test('armsOf({labels}) takes other names, and none for an empty one', () => {
    const arms = armsOf(preset('pods', { pod: 'kubernetes_pod_name', namespace: '' }), argo)
    expect(armIn(arms, { kubernetes_pod_name: 'web-5c6b8d7f4-x7k2p' })).toBe('canary')
    expect([arms.podLabel, arms.armLabels]).toEqual(['kubernetes_pod_name', ['kubernetes_pod_name']])
  })

  test('armsOf(preset) knows the pods only where the series are the pods own', () => {
    expect(armsOf(preset('istio-workload'), flagger).podLabel).toBe('pod')
    expect(armsOf(preset('istio-gateway'), flagger).podLabel).toBeUndefined()
    expect(armsOf(preset('nginx-ingress'), flagger).podLabel).toBeUndefined()
  })

  test('armsOf({canary, stable}) selects by labels within the namespace', () => {
    const arms = armsOf({ canary: { track: 'canary', app: '{{name}}' }, stable: { app: '{{ name }}' } }, argo)
    const of = (labels: Labels): string => armIn(arms, { namespace: 'shop', ...labels })
    expect(arms.armOf({ app: 'web', track: 'canary' })).toBe('canary')
    expect(of({ app: 'web' })).toBe('stable')
    expect(of({ app: 'web-api' })).toBe('none')
    expect(arms.both.map(({ label }) => label)).toEqual(['namespace', 'app'])
    const reversed = armsOf({ canary: { a: 'x' }, stable: { a: 'x', b: 'y' } }, argo)
    expect([reversed.armOf({ a: 'x' }), reversed.armOf({ a: 'x', b: 'y' }), reversed.armOf({})]).toEqual([
      'canary',
      'stable',
      undefined,
    ])
  })

  test('armsOf({canary, stable}) fills in revisions and parameters, and leaves the namespace to a policy that names it', () => {
    const selection = {
      canary: { exported_namespace: '{{namespace}}', v: '{{canary}}' },
      stable: { exported_namespace: '{{namespace}}', v: '{{stable}}{{x}}' },
    }
    const arms = armsOf(selection, { ...argo, params: { x: '!' } })
    expect(arms.both.map(({ label, value }) => [label, value])).toEqual([
      ['exported_namespace', 'shop'],
      ['v', '5c6b8d7f4|7d9f4b5c6!'],
    ])
  })

  test.each<[string, Selection, Workload]>([
    ['an unknown preset', preset('nope'), argo],
    ['a label that the preset does not have', preset('pods', { nope: 'x' }), argo],
    ['an empty name for a label it needs', preset('pods', { pod: '' }), argo],
    ['no stable revision', preset('argo-hash-label'), flagger],
    ['an unknown controller', preset('pods'), { ...argo, params: { controller: 'x' } }],
    ['an unknown kind', preset('pods'), { ...flagger, params: { kind: 'x' } }],
    ['an unknown reporter', preset('istio-workload'), { ...flagger, params: { reporter: 'x' } }],
    ['a name that is cut', preset('pods'), { ...flagger, name: 'w'.repeat(60) }],
    ['equal labels', { canary: { a: 'b' }, stable: { a: 'b' } }, argo],
    ['an unknown placeholder', { canary: { a: '{{no}}' }, stable: { a: 'b' } }, argo],
  ])('armsOf(%s) is a bad request', (_, selection, subject) => {
    expect(() => armsOf(selection, subject)).toThrow(AppError)
  })
})
