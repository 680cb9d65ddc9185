import type { Policy } from '../../engine/model/policy.ts'
import type { AppError, FieldIssue } from '../../errors.ts'
import {
  type CheckedMetric,
  checkMetrics,
  checkSelection,
  checkTogether,
  policyWarnings,
} from './check-policy.ts'
import {
  type BasePolicies,
  type ExtendedPolicy,
  extendPolicy,
  isFields,
  type WrittenPolicy,
} from './extend-policy.ts'
import { describeValue } from '../mistakes/describe-value.ts'
import { type Mistake, type Mistakes, maxMistakes, toMistakes } from '../mistakes/field-issues.ts'
import { invalidInput } from '../mistakes/invalid-input.ts'
import { type MetricInput, metricSchema } from './metric-schema.ts'
import { type Path, toPathText, valueAt } from '../mistakes/path.ts'
import { isPercent } from './amounts.ts'
import { policyDigest } from './policy-digest.ts'
import { withDefaults } from './policy-defaults.ts'
import { allMetricKeys, policyKeys } from './policy-keys.ts'
import { policySchema } from './policy-schema.ts'
import type { Locate } from '../mistakes/locate.ts'
import { readYaml } from '../mistakes/read-yaml.ts'
import { reservedKeys } from '../mistakes/reserved-keys.ts'
import { resolveMetric, resolvePolicy } from './resolve-policy.ts'

export interface ParsedPolicy {
  readonly policy: Policy
  readonly digest: string
  readonly warnings: readonly FieldIssue[]
  /** What another policy may extend. */
  readonly written: WrittenPolicy
}

/** Checks a policy whose values can all be read, and gives further mistakes. */
export type PolicyCheck = (policy: Policy) => readonly Mistake[]

/** Reads a policy in YAML or JSON; throws `invalid-policy` with every mistake and its line and column. */
export function parsePolicy(
  text: string,
  fileName?: string,
  check: PolicyCheck = nothingElse,
  bases: BasePolicies = noBases,
): ParsedPolicy {
  const reading = readYaml(text)
  if (!reading.ok) throw invalid(reading.issues, fileName)
  return parseValue(reading.value, reading.locate, { fileName, check, bases })
}

/** The name and the base that a file gives, before it is read as a policy; nothing for a file that cannot be read. */
export function readHead(text: string): { readonly name?: unknown; readonly extends?: unknown } {
  const reading = readYaml(text)
  return reading.ok && isFields(reading.value) ? reading.value : {}
}

/** Reads a policy that came as data; throws `invalid-policy` with every mistake. */
export function parsePolicyObject(value: unknown): ParsedPolicy {
  return parseValue(value, () => undefined, {
    fileName: undefined,
    check: nothingElse,
    bases: noBases,
  })
}

const nothingElse: PolicyCheck = () => []
const noBases: BasePolicies = { bundled: new Map(), own: new Map() }
const noMistakes: Mistakes = { mistakes: [], total: 0 }

interface ParseOptions {
  readonly fileName: string | undefined
  readonly check: PolicyCheck
  readonly bases: BasePolicies
}

function parseValue(file: unknown, locate: Locate, { fileName, check, bases }: ParseOptions): ParsedPolicy {
  const extended = extendPolicy(isFields(file) ? file : {}, bases)
  const issueAt = ({ path, message, atKey }: Mistake): FieldIssue => ({
    path: toPathText(path),
    message,
    ...locate(path, atKey === true ? 'key' : 'value'),
  })
  const toIssue = (mistake: Mistake): FieldIssue => issueAt(inFile(mistake, extended))
  if (extended.mistakes.length > 0) throw invalid(extended.mistakes.map(issueAt), fileName)
  const whole = withDefaults(extended.written, bases.defaults)
  const value = isFields(file) ? whole.value : file
  const result = policySchema.safeParse(value)
  const ofSchema = result.success ? noMistakes : toMistakes(result.error.issues, value, policyKeys)
  const mistakes = [...ofSchema.mistakes, ...checkWhatCanBe(value)]
  if (result.success && mistakes.length === 0) {
    const policy = resolvePolicy(result.data)
    const warnings = policyWarnings(policy).map(toIssue)
    const others = [...checkSelection(policy.select, ['select']), ...check(policy)]
    if (others.length === 0) {
      // a policy that extends this one gets the defaults itself
      const written = { ...extended.written, from: whole.from }
      return { policy, digest: policyDigest(policy), warnings, written }
    }
    mistakes.push(...others)
  }
  const shown = mistakes.slice(0, maxMistakes).map(toIssue)
  const total = ofSchema.total - ofSchema.mistakes.length + mistakes.length
  throw invalid(shown.toSorted(byPlace), fileName, total)
}

/** A mistake in a part that the file inherits is reported at its `extends`. */
function inFile(mistake: Mistake, { placeOf }: ExtendedPolicy): Mistake {
  const path = placeOf(mistake.path)
  const isMoved = path[0] === 'extends' && mistake.path[0] !== 'extends'
  return isMoved ? { path, message: `${toPathText(mistake.path)}: ${mistake.message}` } : { ...mistake, path }
}

/** Checks between the values of each metric that is correct by itself, so that all mistakes are reported at once. */
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
    ...list.flatMap(percentOfDifference),
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

/** zod stops at an unknown kind. Keys that no kind has are mistakes in any case. */
function unknownKeysOfNoKind(metric: unknown, index: number): readonly Mistake[] {
  if (typeof metric !== 'object' || metric === null || Array.isArray(metric)) return []
  const path = ['metrics', index]
  const policy = { metrics: Object.assign([], { [index]: metric }) }
  if (policyKeys.at(path, policy) !== allMetricKeys) return []
  const keys = Object.keys(metric).filter((key) => !allMetricKeys.includes(key))
  return toMistakes([{ code: 'unrecognized_keys', keys, path, message: '' }], policy, policyKeys).mistakes
}

/** A difference is in the metric's own unit: no part of stable's value, which may be zero. */
function percentOfDifference(metric: unknown, index: number): readonly Mistake[] {
  if (valueAt(metric, ['compare']) !== 'difference') return []
  return ['tolerance', 'margin'].flatMap((key) => {
    const written = valueAt(metric, [key])
    const message = `expected a number in the metric's own unit beside compare: difference, got ${describeValue(written)}`
    return isPercent(written) ? [{ path: ['metrics', index, key], message }] : []
  })
}

const byPlace = (a: FieldIssue, b: FieldIssue): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)

function invalid(issues: readonly FieldIssue[], fileName = '', total = issues.length): AppError {
  return invalidInput('invalid-policy', `invalid policy ${fileName}`.trim(), issues, maxMistakes, total)
}
