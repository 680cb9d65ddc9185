import { z } from 'zod'
import {
  annotations,
  count,
  flag,
  kubernetes,
  kubernetesList,
  labels,
  name,
  optionalName,
  text,
} from './value-kinds.ts'

const probe = z
  .strictObject({
    httpGet: kubernetes,
    exec: kubernetes,
    tcpSocket: kubernetes,
    initialDelaySeconds: z.int().min(0),
    periodSeconds: count,
    timeoutSeconds: count,
    failureThreshold: count,
    successThreshold: count,
    terminationGracePeriodSeconds: count,
  })
  .partial()
  .nullable()

const quantities = z.record(z.string(), z.union([z.string(), z.number()]))
const id = z.int().min(0).nullable()

const seccompProfile = z
  .strictObject({ type: z.enum(['RuntimeDefault', 'Localhost', 'Unconfined']), localhostProfile: text })
  .partial()

const ofPodAndContainer = {
  runAsNonRoot: flag,
  runAsUser: id,
  runAsGroup: id,
  seccompProfile,
  seLinuxOptions: kubernetes,
  appArmorProfile: kubernetes,
  windowsOptions: kubernetes,
}

/** The values for the pod and its container. */
export const podSchemas = {
  image: z
    .strictObject({
      repository: text.min(1),
      tag: text,
      digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
      pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
    })
    .partial(),
  imagePullSecrets: z.array(z.strictObject({ name })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  resources: z.strictObject({ requests: quantities, limits: quantities, claims: kubernetesList }).partial(),
  serviceAccount: z.strictObject({ create: flag, name: optionalName, annotations }).partial(),
  podSecurityContext: z
    .strictObject({
      ...ofPodAndContainer,
      fsGroup: id,
      fsGroupChangePolicy: z.enum(['OnRootMismatch', 'Always']),
      supplementalGroups: z.array(z.int()),
      supplementalGroupsPolicy: text,
      sysctls: kubernetesList,
    })
    .partial(),
  securityContext: z
    .strictObject({
      ...ofPodAndContainer,
      allowPrivilegeEscalation: flag,
      readOnlyRootFilesystem: flag,
      privileged: flag,
      procMount: text,
      capabilities: z.strictObject({ add: z.array(text), drop: z.array(text) }).partial(),
    })
    .partial(),
  podAnnotations: annotations,
  podLabels: labels,
  priorityClassName: optionalName,
  nodeSelector: labels,
  tolerations: z.array(
    z
      .strictObject({
        key: text,
        operator: z.enum(['Exists', 'Equal']),
        value: text,
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
        tolerationSeconds: z.int(),
      })
      .partial(),
  ),
  affinity: z
    .strictObject({ nodeAffinity: kubernetes, podAffinity: kubernetes, podAntiAffinity: kubernetes })
    .partial(),
  topologySpreadConstraints: kubernetesList.nullable(),
  extraEnv: z.array(
    z.strictObject({ name: text.min(1), value: text.exactOptional(), valueFrom: kubernetes.exactOptional() }),
  ),
  extraEnvFrom: z.array(
    z.strictObject({ prefix: text, configMapRef: kubernetes, secretRef: kubernetes }).partial(),
  ),
  extraVolumes: kubernetesList,
  extraVolumeMounts: kubernetesList,
  extraContainers: kubernetesList,
  extraInitContainers: kubernetesList,
  extraObjects: z.array(z.union([text, kubernetes])),
}
