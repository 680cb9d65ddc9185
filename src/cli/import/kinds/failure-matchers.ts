import type { Selector } from '../../../sources/prometheus/queries/selector.ts'

/** The counter of everything, for a counter of failures; undefined where no matcher says what is a failure. */
export function withoutFailures(counter: Selector): Selector | undefined {
  const matchers = counter.matchers.filter(({ label }) => !saysWhatFailed.test(label))
  return matchers.length === counter.matchers.length ? undefined : { ...counter, matchers }
}

const saysWhatFailed = /code|status|class|outcome|result|error|exception|severity|^level$/i

/** The part of the whole that is not in a part, where a single matcher tells them apart. */
export function inverseOf(part: Selector, whole: Selector): Selector | undefined {
  const own = part.matchers.filter(({ text }) => !whole.matchers.some((each) => each.text === text))
  const [only] = own
  const isPart = part.metric === whole.metric && part.matchers.length === whole.matchers.length + 1
  if (!isPart || own.length !== 1 || only === undefined) return undefined
  const text = inverted(only.text, only.label)
  return { ...part, matchers: part.matchers.map((each) => (each === only ? { ...each, text } : each)) }
}

function inverted(text: string, label: string): string {
  const at = text.indexOf(label) + label.length
  const [, op = '', value = ''] = /^\s*(=~|!~|!=|=)(.*)$/s.exec(text.slice(at)) ?? []
  return `${text.slice(0, at)}${inverses.get(op) ?? op}${value}`
}

const inverses = new Map([
  ['=', '!='],
  ['!=', '='],
  ['=~', '!~'],
  ['!~', '=~'],
])
