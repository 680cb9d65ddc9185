import type { EventKind, RolloutEvent } from '../judge/ports/ports.ts'

/** What a template may put between double braces. */
export const templateKeys = [
  'namespace',
  'name',
  'revision',
  'stable',
  'policy',
  'image',
  'commit',
  'step',
  'weight',
  'summary',
  'decision',
  'by',
  'reason',
] as const

const placeholder = /\{\{([^{}]*)\}\}/g

export function unknownKeys(template: string): readonly string[] {
  const known: ReadonlySet<string> = new Set(templateKeys)
  return [...template.matchAll(placeholder)]
    .map(([, key = '']) => key.trim())
    .filter((key) => !known.has(key))
}

/** One line for people; what an event does not have is left empty. */
export function messageText(event: RolloutEvent, templates: Partial<Record<EventKind, string>>): string {
  const values = valuesOf(event)
  return (templates[event.kind] ?? defaults[event.kind])
    .replaceAll(placeholder, (_, key: string) => values.get(key.trim()) ?? '')
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, longest)
}

const longest = 1000

const defaults: Readonly<Record<EventKind, string>> = {
  began: '{{namespace}}/{{name}}: rollout of {{revision}} began, judged by policy {{policy}}',
  'step-passed': '{{namespace}}/{{name}}: {{step}} of the rollout of {{revision}} passed',
  fail: '{{namespace}}/{{name}}: {{summary}}',
  waiting: '{{namespace}}/{{name}} waits for a person: {{summary}}',
  decision: '{{namespace}}/{{name}}: {{decision}} by {{by}}: {{reason}}',
  promoted: '{{namespace}}/{{name}}: {{revision}} is promoted',
  'rolled-back': '{{namespace}}/{{name}}: {{revision}} is rolled back',
}

function valuesOf({
  namespace,
  name,
  run,
  step,
  verdict,
  decision,
}: RolloutEvent): ReadonlyMap<string, string> {
  const values: Readonly<Record<(typeof templateKeys)[number], string | undefined>> = {
    namespace,
    name,
    revision: run?.revision,
    stable: run?.stableRevision,
    policy: run?.policy,
    image: run?.labels?.['image'],
    commit: run?.labels?.['commit'],
    step: step && `step ${step.index + 1}${step.of === undefined ? '' : ` of ${step.of}`}`,
    weight: step?.weight === undefined ? undefined : `${step.weight}%`,
    summary: verdict?.summary,
    decision: decision?.kind,
    by: decision?.by,
    reason: decision?.reason,
  }
  return new Map(Object.entries(values).map(([key, value]) => [key, value ?? '']))
}
