/** The part of a verdict that a query asks for. */
export type Asked = 'score' | 'pass' | 'fail'

/** `online`: Flagger's query to find out whether a Prometheus answers. */
export type MetricQuery =
  'online' | { readonly asked: Asked; readonly labels: Readonly<Record<string, string>> }

export const expectedQuery =
  'canary_judge_fail{namespace="…", name="…"}, or canary_judge_pass or canary_judge_score'

/** Reads the only form of query that is supported: a name with labels and their values. */
export function parseQuery(text: string): MetricQuery | undefined {
  const query = text.trim()
  if (/^vector\(1\)$/.test(query)) return 'online'
  const [, name, inside = ''] = /^canary_judge_(score|pass|fail)\s*\{([^]*)\}$/.exec(query) ?? []
  const asked = names.find((each) => each === name)
  const labels = parseLabels(inside)
  return asked === undefined || labels === undefined ? undefined : { asked, labels }
}

const names = ['score', 'pass', 'fail'] as const

const label = /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\\n]|\\["\\])*)"\s*(,|$)/y

function parseLabels(text: string): Readonly<Record<string, string>> | undefined {
  const labels = new Map<string, string>()
  label.lastIndex = 0
  while (label.lastIndex < text.trimEnd().length) {
    const [, name = '', value = ''] = label.exec(text) ?? []
    if (name === '' || labels.has(name)) return undefined
    labels.set(name, value.replace(/\\(.)/g, '$1'))
  }
  return Object.fromEntries(labels)
}
