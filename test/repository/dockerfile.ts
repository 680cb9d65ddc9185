import { readFileSync } from 'node:fs'

export interface Instruction {
  readonly name: string
  readonly rest: string
}

export interface Stage {
  readonly name: string
  readonly instructions: readonly Instruction[]
}

/** The stages of the repository's Dockerfile, without the lines before the first FROM. */
export function dockerStages(): readonly Stage[] {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  const lines = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '')
  const stages: { name: string; instructions: Instruction[] }[] = []
  for (const line of lines.split('\n').filter((each) => each.trim() !== '')) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (name === 'FROM') stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? '', instructions: [] })
    stages.at(-1)?.instructions.push({ name, rest })
  }
  return stages
}

/** The values of one instruction, in order. */
export const valuesOf = (stage: Stage | undefined, name: string): readonly string[] =>
  (stage?.instructions ?? []).filter((each) => each.name === name).map(({ rest }) => rest)

/** The command of HEALTHCHECK as a list of arguments. */
export function healthCheck(stage: Stage | undefined): readonly string[] {
  const [text = ''] = valuesOf(stage, 'HEALTHCHECK')
  const args: unknown = JSON.parse(/CMD (\[.*\])$/.exec(text)?.[1] ?? '[]')
  return Array.isArray(args) ? args.map(String) : []
}
