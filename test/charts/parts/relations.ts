import { z } from 'zod'
import type { KubernetesObject } from '../../support/mistakes/kubernetes-mistakes.ts'

/** Secrets, ConfigMaps, claims and accounts that pods refer to, as `Kind name`. */
export function references(objects: readonly KubernetesObject[]): readonly string[] {
  const visit = (value: unknown): readonly string[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) => {
          const kind = kindsByKey[key]
          return kind === undefined ? visit(inner) : [`${kind} ${typeof inner === 'string' ? inner : inner?.name}`]
        })
  return visit(objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Pod'))
}

const kindsByKey: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap',
  secretName: 'Secret',
  secretKeyRef: 'Secret',
  claimName: 'PersistentVolumeClaim',
  serviceAccountName: 'ServiceAccount',
}

const labelMap = z.record(z.string(), z.string())
const template = z.object({
  spec: z.object({ template: z.object({ metadata: z.object({ labels: labelMap }) }) }),
})

/** Labels of the pods that an object is or makes. */
export function podLabels({ kind, metadata, ...rest }: KubernetesObject) {
  if (kind === 'Pod') return [{ kind, labels: metadata.labels ?? {} }]
  const found = template.safeParse(rest).data
  return found === undefined ? [] : [{ kind, labels: found.spec.template.metadata.labels }]
}

const matchLabels = z.object({ matchLabels: labelMap })
const selecting = z.object({
  spec: z.union([
    z.object({ podSelector: matchLabels }).transform(({ podSelector }) => podSelector.matchLabels),
    z.object({ selector: matchLabels }).transform(({ selector }) => selector.matchLabels),
    z.object({ selector: labelMap }).transform(({ selector }) => selector),
  ]),
})

/** The labels by which an object selects pods. A ServiceMonitor selects Services. */
export function selectors({ kind, ...rest }: KubernetesObject) {
  const found = kind === 'ServiceMonitor' ? undefined : selecting.safeParse(rest).data
  return found === undefined ? [] : [{ kind, selector: found.spec }]
}
