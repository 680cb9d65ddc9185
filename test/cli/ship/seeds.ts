import type { Fields } from './objects.ts'

export interface Images {
  readonly old: string
  readonly new: string
  /** An image whose pods never get ready. */
  readonly bad: string
}

export const images: Images = {
  old: 'registry.example.org/web:1',
  new: 'registry.example.org/web:2',
  bad: 'registry.example.org/web:bad',
}

/** A Deployment as people write it. */
export const stable = (app: string, replicas: number, image = images.old): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `${app}-stable`, labels: { app, track: 'stable' } },
  spec: {
    replicas,
    progressDeadlineSeconds: 30,
    selector: { matchLabels: { app, track: 'stable' } },
    template: {
      metadata: { labels: { app, track: 'stable', version: '1' } },
      spec: { containers: [{ name: app, image, ports: [{ containerPort: 8080 }] }] },
    },
  },
})

/** The canary's Ingress, as people write it. */
export const ingress = (app: string): Fields => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: `${app}-canary`,
    annotations: {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': '0',
    },
  },
  spec: { defaultBackend: { service: { name: `${app}-canary`, port: { number: 80 } } } },
})
