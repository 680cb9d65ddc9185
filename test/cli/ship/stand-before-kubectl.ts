import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

/** A script in place of kubectl: before each of the first annotations that ship writes, another tool writes one. */
const between = (kubectl: string, count: string, times: number): string => `#!/usr/bin/env bash
written=$(cat ${count})
if [ "$1" = annotate ] && [ "$written" -lt ${times} ]; then
  echo $((written + 1)) >${count}
  ${kubectl} annotate deployment/web-stable --overwrite "another/tool=$((written + 1))" >/dev/null
fi
exec ${kubectl} "$@"
`

export interface Between {
  /** The environment in which ship finds the script in place of kubectl. */
  readonly env: Readonly<Record<string, string>>
  [Symbol.asyncDispose](): Promise<void>
}

export const interfere = (lab: Lab, times: number): Promise<Between> =>
  standBefore(lab, async (kubectl, folder) => {
    const count = join(folder, 'count')
    await writeFile(count, '0')
    return between(kubectl, count, times)
  })

/** Puts a script in place of kubectl. The script gets the path of the real kubectl, and a folder for its files. */
export async function standBefore(
  { env }: Lab,
  script: (kubectl: string, folder: string) => Promise<string>,
): Promise<Between & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-kubectl-'))
  const kubectl = execFileSync('bash', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim()
  await writeFile(join(folder, 'kubectl'), await script(kubectl, folder), { mode: 0o755 })
  return {
    folder,
    env: { ...env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
