import { z } from 'zod'
import {
  annotations,
  flag,
  kubernetes,
  kubernetesList,
  labels,
  optionalName,
  port,
  text,
} from './value-kinds.ts'

const duration = z.string().regex(/^(\d+(ms|s|m|h))*$/)
const monitor = z
  .strictObject({
    enabled: flag,
    labels,
    interval: duration,
    relabelings: kubernetesList,
    metricRelabelings: kubernetesList,
  })
  .partial()

const peers = z.array(
  z.strictObject({ namespaceSelector: kubernetes, podSelector: kubernetes, ipBlock: kubernetes }).partial(),
)
const destination = z.strictObject({ to: peers, ports: z.array(port).min(1) }).partial()

/** The values for access to the service, and for its monitoring. */
export const monitoringSchemas = {
  ingress: z
    .strictObject({
      enabled: flag,
      className: optionalName,
      annotations,
      hosts: z.array(
        z.strictObject({
          host: text,
          paths: z
            .array(
              z.strictObject({ path: text, pathType: z.enum(['Prefix', 'Exact', 'ImplementationSpecific']) }),
            )
            .exactOptional(),
        }),
      ),
      tls: z.array(z.strictObject({ secretName: text, hosts: z.array(text) }).partial()),
    })
    .partial(),
  httpRoute: z
    .strictObject({
      enabled: flag,
      annotations,
      parentRefs: kubernetesList,
      hostnames: z.array(text),
      matches: kubernetesList,
      filters: kubernetesList,
    })
    .partial(),
  networkPolicy: z
    .strictObject({
      enabled: flag,
      callers: peers,
      scrapers: peers,
      prometheus: destination,
      database: destination,
      notifications: destination,
      dns: destination,
      extraIngress: kubernetesList,
      extraEgress: kubernetesList,
    })
    .partial(),
  metrics: z
    .strictObject({
      serviceMonitor: monitor,
      podMonitor: monitor,
      prometheusRule: z
        .strictObject({ enabled: flag, labels, alertLabels: labels, extraGroups: kubernetesList })
        .partial(),
      dashboards: z.strictObject({ enabled: flag, labels, annotations }).partial(),
    })
    .partial(),
}
