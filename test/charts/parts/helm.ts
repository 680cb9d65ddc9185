import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAllDocuments, stringify } from 'yaml'
import { kubernetesObject, type KubernetesObject } from '../../support/mistakes/kubernetes-mistakes.ts'

const run = promisify(execFile)

export const chart = fileURLToPath(new URL('../../../charts/canary-judge', import.meta.url))
export const release = ['canary-judge', chart, '--namespace', 'canary-judge'] as const

export interface Values {
  /** A file below `ci`, without `-values.yaml`. */
  readonly file?: string
  /** Values that replace those of the file. */
  readonly values?: object
}

/** Runs helm without any settings of the user. Rejects with the text of stderr. */
export async function helm(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-helm-'))
  try {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      KUBECONFIG: join(folder, 'none'),
      ...environment,
    }
    return (await run('helm', [...args], { env, maxBuffer: 2 ** 26 })).stdout
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The objects that `helm template` makes from the chart. */
export async function renderChart(
  values: Values = {},
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly KubernetesObject[]> {
  return withValues(values, async (flags) =>
    toObjects(await helm(['template', ...release, ...flags, ...args], environment)),
  )
}

export function toObjects(yaml: string): readonly KubernetesObject[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) throw problem
    const content: unknown = document.toJS()
    return content === null ? [] : [kubernetesObject.parse(content)]
  })
}

/** Hands on the flags that give these values to helm. */
export async function withValues<T>(
  { file, values }: Values,
  use: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-values-'))
  const own = join(folder, 'values.yaml')
  await writeFile(own, stringify(values ?? {}))
  const files = [...(file === undefined ? [] : [join(chart, 'ci', `${file}-values.yaml`)]), own]
  try {
    return await use(files.flatMap((each) => ['--values', each]))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The only object of a kind. */
export function objectOf(
  objects: readonly KubernetesObject[],
  kind: string,
  name?: string,
): KubernetesObject {
  const found = objects.filter(
    (each) => each.kind === kind && (name === undefined || each.metadata.name === name),
  )
  const [only] = found
  if (only === undefined || found.length > 1) throw new Error(`expected one ${kind}, got ${found.length}`)
  return only
}
