import type { Deployment } from './cluster.ts'
import { notes } from './notes.ts'
import { type Release, type ReleaseApp, startedKey } from './release.ts'

/** The Deployment `<app>-canary`: stable's own spec with the new image and the label of its track. */
export function canaryManifest(
  stable: Deployment,
  resourceVersion: string,
  {
    release,
    app,
    replicas,
  }: { readonly release: Release; readonly app: ReleaseApp; readonly replicas: number },
): object {
  const { labels } = stable.metadata
  const { selector, template, ...spec } = stable.spec
  const track = { track: 'canary' }
  const containers = template.spec.containers.map((container) =>
    container.name === app.container ? { ...container, image: app.to } : container,
  )
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `${app.name}-canary`,
      labels: { ...labels, ...track },
      annotations: { ...notes(release, app.to), [startedKey]: release.started },
      ...(resourceVersion !== '' && { resourceVersion }),
    },
    spec: {
      ...spec,
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...track } },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...template.metadata.labels, ...track, version: app.toVersion },
        },
        spec: { ...template.spec, containers },
      },
    },
  }
}
