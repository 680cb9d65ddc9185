import type { Policy } from '../../engine/model/policy.ts'
import type { AppError, FieldIssue } from '../../errors.ts'
import {
  type CheckedMetric,
  checkMetrics,
  checkSelection,
  checkTogether,
  policyWarnings,
} from './check-policy.ts'
import { type Mistake, type Mistakes, maxMistakes, toMistakes } from '../mistakes/field-issues.ts'
import { invalidInput } from '../mistakes/invalid-input.ts'
import { type MetricInput, metricSchema } from './metric-schema.ts'
import { type Path, toPathText, valueAt } from '../mistakes/path.ts'
import { policyDigest } from './policy-digest.ts'
import { allMetricKeys, policyKeys } from './policy-keys.ts'
import { policySchema } from './policy-schema.ts'
import { type Locate, readYaml } from '../mistakes/read-yaml.ts'
import { reservedKeys } from '../mistakes/reserved-keys.ts'
import { resolveMetric, resolvePolicy } from './resolve-policy.ts'

export interface ParsedPolicy {
  readonly policy: Policy
  readonly digest: string
  readonly warnings: readonly FieldIssue[]
}

/** What else may be wrong with a policy of which each value can be read. */
export type PolicyCheck = (policy: Policy) => readonly Mistake[]

/** Reads a policy in YAML or JSON; throws `invalid-policy` with every mistake and its line and column. */
export function parsePolicy(text: string, fileName?: string, check: PolicyCheck = nothingElse): ParsedPolicy {
  const reading = readYaml(text)
  if (!reading.ok) throw invalid(reading.issues, fileName)
  return parseValue(reading.value, reading.locate, { fileName, check })
}

/** Reads a policy that came as data; throws `invalid-policy` with every mistake. */
export function parsePolicyObject(value: unknown): ParsedPolicy {
  return parseValue(value, () => undefined, { fileName: undefined, check: nothingElse })
}

const nothingElse: PolicyCheck = () => []
const noMistakes: Mistakes = { mistakes: [], total: 0 }

interface ParseOptions {
  readonly fileName: string | undefined
  readonly check: PolicyCheck
}

function parseValue(value: unknown, locate: Locate, { fileName, check }: ParseOptions): ParsedPolicy {
  const toIssue = (mistake: Mistake): FieldIssue => ({
    path: toPathText(mistake.path),
    message: mistake.message,
    ...locate(mistake.path, mistake.atKey === true ? 'key' : 'value'),
  })
  const result = policySchema.safeParse(value)
  const ofSchema = result.success ? noMistakes : toMistakes(result.error.issues, value, policyKeys)
  const mistakes = [...ofSchema.mistakes, ...checkWhatCanBe(value)]
  if (result.success && mistakes.length === 0) {
    const policy = resolvePolicy(result.data)
    const warnings = policyWarnings(policy).map(toIssue)
    const others = [...checkSelection(policy.select, ['select']), ...check(policy)]
    if (others.length === 0) return { policy, digest: policyDigest(policy), warnings }
    mistakes.push(...others)
  }
  const shown = mistakes.slice(0, maxMistakes).map(toIssue)
  const total = ofSchema.total - ofSchema.mistakes.length + mistakes.length
  throw invalid(shown.toSorted(byPlace), fileName, total)
}

/** The checks between values, for each metric that is right by itself, so that all mistakes come at once. */
function checkWhatCanBe(value: unknown): readonly Mistake[] {
  const written = valueAt(value, ['metrics'])
  if (!Array.isArray(written) || written.length > 50) return []
  const list: readonly unknown[] = written
  const metrics = list.flatMap((metric, index): readonly CheckedMetric[] => {
    const parsed = metricSchema.safeParse(metric)
    return parsed.success ? [checked(index, parsed.data)] : []
  })
  const names = list.map((metric) => valueAt(metric, ['name']))
  return [
    ...['select', ...list.map((_, index) => ['metrics', index, 'select'])].flatMap((path) =>
      reservedLabels(value, [path].flat()),
    ),
    ...list.flatMap(unknownKeysOfNoKind),
    ...checkMetrics(metrics),
    ...checkTogether(metrics, names),
  ]
}

const checked = (index: number, input: MetricInput): CheckedMetric => ({
  index,
  input,
  resolved: resolveMetric(input),
})

/** Only `__proto__` can do harm as a label; the others are labels like any other. */
function reservedLabels(value: unknown, select: Path): readonly Mistake[] {
  const maps = ['labels', 'canary', 'stable'].map((key) => [...select, key])
  return maps
    .filter((path) => reservedKeys(valueAt(value, path)).includes('__proto__'))
    .map((path) => ({
      path: [...path, '__proto__'],
      atKey: true,
      message: 'expected a label, got a reserved word',
    }))
}

/** zod stops at a kind it does not know; what no kind knows is wrong all the same. */
function unknownKeysOfNoKind(metric: unknown, index: number): readonly Mistake[] {
  if (typeof metric !== 'object' || metric === null || Array.isArray(metric)) return []
  const path = ['metrics', index]
  const policy = { metrics: Object.assign([], { [index]: metric }) }
  if (policyKeys.at(path, policy) !== allMetricKeys) return []
  const keys = Object.keys(metric).filter((key) => !allMetricKeys.includes(key))
  return toMistakes([{ code: 'unrecognized_keys', keys, path, message: '' }], policy, policyKeys).mistakes
}

const byPlace = (a: FieldIssue, b: FieldIssue): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)

function invalid(issues: readonly FieldIssue[], fileName = '', total = issues.length): AppError {
  return invalidInput('invalid-policy', `invalid policy ${fileName}`.trim(), issues, maxMistakes, total)
}
