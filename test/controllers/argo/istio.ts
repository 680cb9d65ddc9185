import { findManifest, type Manifest, readManifests } from '../manifests.ts'

const files = ['rollouts/argo/base/rollout.yaml', 'rollouts/argo/template/analysis-template.yaml']

/** The Rollout of `rollouts/argo/istio-host` with its template, as kustomize makes them from base and patch. */
export function readIstioRollout(): readonly Manifest[] {
  const [patch] = readManifests(['rollouts/argo/istio-host/rollout.yaml'])
  const base = readManifests(files)
  const rollout = findManifest(base, 'Rollout')
  const template = findManifest(base, 'AnalysisTemplate')
  return [
    { ...rollout, document: merged(rollout.document, patch?.document) },
    { ...template, document: withPolicy(template.document, 'istio-service') },
  ]
}

/** A JSON merge patch that never removes a key. */
function merged(base: unknown, patch: unknown): unknown {
  if (!isObject(base) || !isObject(patch)) return patch
  const changes = Object.entries(patch).map(([key, value]) => [key, merged(Reflect.get(base, key), value)])
  return { ...base, ...Object.fromEntries(changes) }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const withPolicy = (template: unknown, policy: string): unknown =>
  JSON.parse(
    JSON.stringify(template).replace('{"name":"policy","value":""}', `{"name":"policy","value":"${policy}"}`),
  )
