import { z } from 'zod'
import { configSchema } from '../../src/app/config/config-schema.ts'
import { policySchema } from '../../src/formats/policy/policy-schema.ts'
import { roles } from '../../src/http/auth/roles.ts'
import { monitoringSchemas } from './monitoring-schemas.ts'
import { podSchemas } from './pod-schemas.ts'
import {
  annotations,
  count,
  flag,
  kubernetes,
  labels,
  name,
  optionalName,
  port,
  text,
} from './value-kinds.ts'

/** The keys that values.yaml may have. None is required, because values.yaml has a default for each. */
export const valuesSchema = z
  .strictObject({
    /** Helm passes this key to every chart that another chart depends on. */
    global: z.looseObject({}),
    nameOverride: optionalName,
    fullnameOverride: optionalName,
    commonLabels: labels,
    commonAnnotations: annotations,
    ...podSchemas,
    ...monitoringSchemas,
    replicaCount: count,
    revisionHistoryLimit: z.int().min(0),
    database: z
      .strictObject({
        kind: z.enum(['sqlite', 'postgres']),
        postgres: z
          .strictObject({
            existingSecret: optionalName,
            key: text,
            tls: z.strictObject({ existingSecret: optionalName, ca: text, cert: text, key: text }).partial(),
          })
          .partial(),
      })
      .partial(),
    persistence: z
      .strictObject({
        enabled: flag,
        existingClaim: optionalName,
        storageClass: text,
        accessModes: z
          .array(z.enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany', 'ReadOnlyMany']))
          .min(1),
        size: z.string().regex(/^\d+(\.\d+)?([KMGTPE]i?)?$/),
        annotations,
        keep: flag,
      })
      .partial(),
    prometheusUrl: z.string().regex(/^(https?:\/\/\S+)?$/),
    config: configSchema.omit({ port: true, managementPort: true, database: true, shutdown: true }),
    policies: z.record(name, policyValue()),
    secrets: z.array(name),
    tokens: z
      .strictObject({
        entries: z.record(
          z.string().regex(/^[\w.-]{1,64}$/),
          z.strictObject({
            roles: z.array(z.enum(roles)).min(1),
            namespaces: z.array(name).min(1).exactOptional(),
          }),
        ),
        existingSecret: optionalName,
      })
      .partial(),
    shutdownDelay: z.int().min(0).max(300),
    shutdownDeadline: z.int().min(0).max(600),
    podDisruptionBudget: z
      .strictObject({
        enabled: flag,
        maxUnavailable: z.union([z.int().min(1), z.string().regex(/^\d{1,3}%$/)]),
      })
      .partial(),
    autoscaling: z
      .strictObject({
        enabled: flag,
        minReplicas: count,
        maxReplicas: count,
        targetCPUUtilizationPercentage: count,
        behavior: z.strictObject({ scaleUp: kubernetes, scaleDown: kubernetes }).partial(),
      })
      .partial(),
    service: z
      .strictObject({
        type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
        port,
        managementPort: port,
        nodePort: port.nullable(),
        annotations,
      })
      .partial(),
    argo: z
      .strictObject({
        clusterAnalysisTemplate: z
          .strictObject({
            enabled: flag,
            name,
            tokenSecret: z.strictObject({ name, key: text.min(1) }).partial(),
          })
          .partial(),
      })
      .partial(),
    flagger: z
      .strictObject({
        metricTemplate: z
          .strictObject({
            enabled: flag,
            name,
            labels: z.record(z.string().regex(/^[a-zA-Z_]\w*$/), text),
            secretName: optionalName,
          })
          .partial(),
        alertProvider: z
          .strictObject({
            enabled: flag,
            name,
            type: z.enum(['slack', 'msteams', 'discord', 'rocket', 'gchat']),
            channel: text,
            username: text,
            secretName: optionalName,
          })
          .partial(),
      })
      .partial(),
    test: z.strictObject({ labels, annotations, resources: podSchemas.resources }).partial(),
  })
  .partial()

/** A policy as text, or as a map that is checked as the service checks it. Without a name, its key is the name. */
function policyValue(): z.ZodType {
  return z.union([z.string().min(1), policySchema.partial({ name: true })])
}
