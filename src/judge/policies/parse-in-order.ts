import { AppError } from '../../errors.ts'
import type { FailedFile } from './read-texts.ts'
import type { BasePolicies, WrittenPolicy } from '../../formats/policy/extend-policy.ts'
import { type ParsedPolicy, readHead } from '../../formats/policy/parse-policy.ts'

/** Gives the policy, or throws `invalid-policy`. */
export type ReadPolicy = (text: string, fileName: string, bases: BasePolicies) => ParsedPolicy

interface PolicyFile {
  readonly file: string
  readonly text: string
}

interface Parsed {
  readonly loaded: readonly (ParsedPolicy & { readonly file: string })[]
  readonly failed: readonly FailedFile[]
}

/** Reads each policy after the one that it extends. It refuses policies that extend each other in a circle. */
export function parseInOrder(
  files: readonly PolicyFile[],
  { read, ...given }: Omit<BasePolicies, 'own'> & { readonly read: ReadPolicy },
): Parsed {
  const own = new Map<string, WrittenPolicy>()
  const loaded: (ParsedPolicy & { readonly file: string })[] = []
  const failed: FailedFile[] = []
  let waiting = files.map((each) => ({ ...each, head: readHead(each.text) }))
  const broken = new Set<unknown>()
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ head }) => head.name))
    const waits = ({ head }: (typeof waiting)[number]): boolean =>
      head.extends !== undefined && head.extends !== head.name && names.has(head.extends)
    const ready = waiting.filter((each) => !waits(each))
    for (const { file, text, head } of ready.length > 0 ? ready : waiting) {
      try {
        if (ready.length === 0) throw circle(head.name, waiting)
        const base = head.extends
        if (base !== undefined && base !== head.name && broken.has(base)) throw brokenBase(file, base)
        const parsed = read(text, file, { ...given, own })
        loaded.push({ ...parsed, file })
        own.set(parsed.policy.name, parsed.written)
      } catch (error) {
        failed.push({ file, error })
        broken.add(head.name)
      }
    }
    waiting = ready.length > 0 ? waiting.filter(waits) : []
  }
  return { loaded, failed }
}

const brokenBase = (file: string, name: unknown): AppError =>
  new AppError('invalid-policy', `invalid policy ${file}: extends: ${String(name)} has mistakes itself`)

/** The chain of policies from this one back to itself, or into a circle of others. */
function circle(name: unknown, waiting: readonly { readonly head: ReturnType<typeof readHead> }[]): AppError {
  const way = [name]
  for (;;) {
    const next = waiting.find(({ head }) => head.name === way.at(-1))?.head.extends
    const closed = way.includes(next)
    way.push(next)
    if (closed) break
  }
  return new AppError('invalid-policy', `extends: expected no circle, got ${way.map(String).join(' → ')}`)
}
