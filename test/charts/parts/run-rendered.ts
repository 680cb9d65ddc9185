import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { dockerStages, valuesOf } from '../../repository/dockerfile.ts'
import type { KubernetesObject } from '../../support/mistakes/kubernetes-mistakes.ts'
import { objectOf } from './helm.ts'

const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
})
const container = z.object({
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(variable),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
})
const volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  secret: z.object({ secretName: z.string() }).optional(),
})
const pod = z.object({ containers: z.tuple([container]), volumes: z.array(volume).default([]) })
const strings = z.record(z.string(), z.string()).default({})

export interface Process {
  /** The arguments after the program in the command of the image or the pod. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The folder in place of the root of the container's file system. */
  readonly root: string
}

/** What a node would start for the only container of a pod, with its volumes in a folder in place of the root. */
export async function toProcess(spec: unknown, objects: readonly KubernetesObject[]): Promise<Process> {
  const { containers, volumes } = pod.parse(spec)
  const [{ command, args, env, volumeMounts }] = containers
  const root = await mkdtemp(join(tmpdir(), 'canary-judge-pod-'))
  const below = (text: string): string =>
    text.replaceAll('/etc/canary-judge/', `${root}/etc/canary-judge/`).replaceAll('sqlite:/data/', `sqlite:${root}/data/`)
  for (const { name, mountPath } of volumeMounts) {
    const source = volumes.find((each) => each.name === name)
    await mountFiles(join(root, mountPath), contentOf(source, objects), below)
  }
  const image = dockerStages().at(-1)
  const [entrypoint, preset] = ['ENTRYPOINT', 'CMD'].map((name) => words(valuesOf(image, name)[0]))
  const [, ...rest] = [...(command ?? entrypoint ?? []), ...(args ?? preset ?? [])]
  return { args: rest, env: resolveEnvironment(env, objects, below), root }
}

const words = (list: string | undefined): readonly string[] => z.array(z.string()).parse(JSON.parse(list ?? '[]'))

function contentOf(source: z.output<typeof volume> | undefined, objects: readonly KubernetesObject[]) {
  if (source?.configMap !== undefined)
    return strings.parse(objectOf(objects, 'ConfigMap', source.configMap.name)['data'])
  return source?.secret === undefined ? {} : secretOf(objects, source.secret.secretName)
}

function secretOf(objects: readonly KubernetesObject[], name: string): Readonly<Record<string, string>> {
  const { data, stringData } = objectOf(objects, 'Secret', name)
  const decoded = Object.entries(strings.parse(data)).map(([key, text]) => [key, atob(text)])
  return { ...Object.fromEntries(decoded), ...strings.parse(stringData) }
}

/** Writes files as the kubelet does: they are links through one link, which is replaced when the content changes. */
async function mountFiles(
  folder: string,
  content: Readonly<Record<string, string>>,
  below: (text: string) => string,
): Promise<void> {
  await mkdir(join(folder, '..first'), { recursive: true })
  await symlink('..first', join(folder, '..data'))
  for (const [name, text] of Object.entries(content)) {
    await writeFile(join(folder, '..first', name), below(text))
    await symlink(join('..data', name), join(folder, name))
  }
}

/** The variables of the image, then those of the container, in which $(NAME) is an earlier variable. */
function resolveEnvironment(
  env: readonly z.output<typeof variable>[],
  objects: readonly KubernetesObject[],
  below: (text: string) => string,
): Readonly<Record<string, string>> {
  const ofImage = valuesOf(dockerStages().at(-1), 'ENV').flatMap((line) => line.split(' '))
  const resolved = new Map(ofImage.map((pair): [string, string] => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=/, '')]))
  for (const { name, value = '', valueFrom } of env) {
    const { secretKeyRef } = valueFrom ?? {}
    const text =
      secretKeyRef === undefined
        ? value.replaceAll(/\$\(([A-Z_]+)\)/g, (reference, other: string) => resolved.get(other) ?? reference)
        : (secretOf(objects, secretKeyRef.name)[secretKeyRef.key] ?? '')
    resolved.set(name, below(text))
  }
  return Object.fromEntries(resolved)
}
