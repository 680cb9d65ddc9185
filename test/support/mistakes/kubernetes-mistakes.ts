import { z } from 'zod'

/** An object of the Kubernetes API in a manifest. */
export const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})
export type KubernetesObject = z.output<typeof kubernetesObject>

/** Fields whose content no schema describes. */
const freeForm = /\.(jsonBody|plugins)$/

/**
 * The mistakes for which the API server would refuse an object under strict field validation: wrong types, missing fields,
 * and fields that the schema does not know. The generated validators do not report unknown fields. So they get the object
 * through a proxy that notes which fields they read: a field that they never read is unknown. kubeconform does the same,
 * but needs about 60 MB of schemas for each version of Kubernetes.
 */
export async function kubernetesMistakes(object: KubernetesObject): Promise<readonly string[]> {
  const validate = await findValidator(object)
  if (validate === undefined) return [`no schema for ${object.apiVersion} ${object.kind}`]
  const read = new Set<string>()
  const wrong: string[] = []
  try {
    Reflect.apply(validate, watched(object, '', read), [])
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error))
  }
  return [...wrong, ...unread(object, '', read).map((path) => `unknown field ${path.slice(1)}`)]
}

/** The method `validate` of the model. It throws, and reads only `this`. */
async function findValidator({ apiVersion, kind }: KubernetesObject): Promise<(() => void) | undefined> {
  const file = `${packageOf(apiVersion)}/${apiVersion}/${kind}`
  const module: unknown = await import(file).catch(() => undefined)
  return modelModule.safeParse({ ...Object(module) }).data?.[kind]?.prototype.validate
}

const modelClass = z.custom<{ readonly prototype: { readonly validate: () => void } }>(
  (value) => typeof value === 'function' && typeof value.prototype?.validate === 'function',
)
const modelModule = z.record(z.string(), modelClass)

function packageOf(apiVersion: string): string {
  const [group = ''] = apiVersion.split('/')
  return extensions[group] ?? 'kubernetes-models'
}

const extensions: Readonly<Record<string, string>> = {
  'argoproj.io': '@kubernetes-models/argo-rollouts',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'networking.istio.io': '@kubernetes-models/istio',
  'traefik.io': '@kubernetes-models/traefik',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
}

/** A proxy of the object that notes the path of every field that is read. */
function watched<T extends object>(value: T, path: string, read: Set<string>): T {
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver)
      if (typeof key === 'symbol') return inner
      const place = `${path}.${key}`
      read.add(place)
      return typeof inner === 'object' && inner !== null ? watched(inner, place, read) : inner
    },
  })
}

function unread(value: unknown, path: string, read: ReadonlySet<string>): readonly string[] {
  if (typeof value !== 'object' || value === null || freeForm.test(path)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = `${path}.${key}`
    return read.has(place) ? unread(inner, place, read) : [place]
  })
}
