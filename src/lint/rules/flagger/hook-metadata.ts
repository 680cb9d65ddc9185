import { AppError } from '../../../errors.ts'
import { flaggerSchema, hookTypes, toHookCall } from '../../../callers/flagger/request.ts'
import { type Hook, judgeHooks } from '../../facts/flagger.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Rule, Spotted } from '../../model/rule.ts'

export const hookMetadata: Rule = {
  name: 'hook-metadata',
  severity: 'error',
  kinds: ['Canary'],
  finds: 'metadata of a hook that canary-judge refuses, or hooks of one Canary that do not say the same',
  why: 'A refused hook is no pass, so the canary does not start or is rolled back. Hooks that name different policies are judged by different ones.',
  mend: 'Give all hooks of the judge the same metadata, as by an anchor: `metadata: &judge {…}`, then `metadata: *judge`.',
  check: (canary) => {
    const hooks = judgeHooks(canary)
    return [...hooks.flatMap((hook) => refused(hook, canary)), ...unlike(hooks)]
  },
}

function refused({ node, judge }: Hook, { name }: Manifest): readonly Spotted[] {
  const hook = hookTypes.find((each) => each === judge)
  const metadata = node.at('metadata')
  if (hook === undefined || !metadata.exists) return []
  const body = {
    name: name === '' ? 'web' : name,
    namespace: 'default',
    checksum: '1',
    metadata: metadata.value,
  }
  const parsed = flaggerSchema.safeParse(body)
  if (!parsed.success) {
    const [key, value] = metadata.entries().find(([, { text }]) => text === undefined) ?? []
    if (key === undefined || value === undefined) return []
    return [
      {
        at: value,
        message: `metadata.${key}: expected text, got ${JSON.stringify(value.value).slice(0, 60)}`,
      },
    ]
  }
  try {
    toHookCall(parsed.data, hook)
    return []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.issues.map(({ path, message }) => {
      const at = metadata.at(path.replace(/^metadata\./, ''))
      return { at: at.exists ? at : metadata, message: `${path}: ${message}` }
    })
  }
}

/** What a verdict depends on. */
const shared = ['policy', 'steps', 'minutes', 'target', 'service', 'port', 'ingress', 'selected']

function unlike(hooks: readonly Hook[]): readonly Spotted[] {
  const [first, ...others] = hooks.filter(({ type }) => !silent.has(type))
  if (first === undefined) return []
  return shared.flatMap((key) => {
    const wanted = first.node.at('metadata', key).text
    const other = others.find(({ node }) => node.at('metadata', key).text !== wanted)
    if (other === undefined) return []
    const value = other.node.at('metadata', key)
    const [expected, got] = [wanted, value.text].map((text) => (text === undefined ? 'nothing' : `"${text}"`))
    const message = `${key} is ${expected} at the first hook, and ${got} here`
    return [{ at: value.exists ? value : other.node, message }]
  })
}

/** Hooks that judge nothing. */
const silent = new Set(['confirm-rollout', 'post-rollout', 'event'])
