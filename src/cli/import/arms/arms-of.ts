import type { Selector, WrittenMatcher } from '../../../sources/prometheus/queries/selector.ts'
import type { Controller, Labels, WrittenSelect } from '../asked.ts'
import { type MatcherMeaning, meaningOf } from './meaning-of.ts'
import { familyOf, namespaceLabelOf } from './metric-families.ts'

export interface ArmsOfQuery {
  readonly select: WrittenSelect
  /** Whether a matcher stays in the selector of the policy. */
  readonly isKept: (matcher: WrittenMatcher) => boolean
  /** What is different from the query, in a sentence each. */
  readonly notes: readonly string[]
  /** Why a policy cannot tell the arms of such a query apart. */
  readonly refusal?: string
}

/** How a policy tells canary and stable apart, from the matchers by which a query finds the canary. */
export function armsOf(selectors: readonly Selector[], controller: Controller): ArmsOfQuery {
  const [first] = selectors
  const family = familyOf(first?.metric ?? '')
  const meanings = selectors.flatMap(({ matchers }) =>
    matchers.map((matcher) => ({ matcher, meaning: meaningOf(matcher, family, controller) })),
  )
  const dropped = new Set(
    meanings.flatMap(({ matcher, meaning }) => (meaning.kind === 'kept' ? [] : [matcher.text])),
  )
  const found = meanings.map(({ meaning }) => meaning)
  const refused = found.find((meaning) => meaning.kind === 'refused')
  const usual = controller === 'flagger' ? family?.preset : undefined
  const select = selectBy(found, usual)
  const isGuessed = !found.some(({ kind }) => kind === 'preset' || kind === 'labels')
  return {
    select,
    isKept: ({ text }) => !dropped.has(text),
    notes: [
      ...new Set([
        ...found.flatMap((meaning) =>
          'note' in meaning && meaning.note !== undefined ? [meaning.note] : [],
        ),
        ...(isGuessed
          ? [`no matcher tells the canary's series apart: found by ${nameOf(select)} instead`]
          : []),
      ]),
    ],
    ...(refused !== undefined && { refusal: refused.why }),
  }
}

function selectBy(found: readonly MatcherMeaning[], usual = 'pods'): WrittenSelect {
  const where = labelsOf(found.flatMap((each) => (each.kind === 'where' ? [[each.label, each.value]] : [])))
  const namespace = found.find((each) => each.kind === 'namespace')?.label
  const arms = found.flatMap((each) => (each.kind === 'labels' ? [each] : []))
  const chosen = found.find((each) => each.kind === 'preset')
  const common = Object.keys(where).length === 0 ? {} : { where }
  if (chosen === undefined && arms.length > 0) {
    const own = namespace === undefined || namespace === 'namespace' ? [] : [[namespace, '{{namespace}}']]
    const canary = labelsOf([...own, ...arms.map(({ label, canary: value }) => [label, value])])
    const stable = labelsOf([...own, ...arms.map(({ label, stable: value }) => [label, value])])
    return { canary, stable, ...common }
  }
  const preset = chosen?.preset ?? usual
  const labels = {
    ...chosen?.labels,
    ...(namespace !== undefined && namespace !== namespaceLabelOf(preset) && { namespace }),
  }
  const isPlain = Object.keys(labels).length === 0 && Object.keys(where).length === 0
  return isPlain ? preset : { preset, ...(Object.keys(labels).length > 0 && { labels }), ...common }
}

const labelsOf = (pairs: readonly (readonly string[])[]): Labels =>
  Object.fromEntries(pairs.map(([label = '', value = '']) => [label, value]))

const nameOf = (select: WrittenSelect): string =>
  typeof select === 'string'
    ? `select: ${select}`
    : 'preset' in select
      ? `select: ${select.preset}`
      : 'labels'
