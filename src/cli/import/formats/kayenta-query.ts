import type { KayentaMetric } from './kayenta-schema.ts'

type Query = KayentaMetric['query']
type Text = { readonly text: string } | { readonly why: string }

/** The PromQL that Kayenta makes of a metric, with its variables as they are; or why there is none to read. */
export function kayentaQuery(query: Query, templates: Readonly<Record<string, string>>): Text {
  const source = query.serviceType ?? query.type ?? 'none'
  if (source !== 'prometheus') return { why: `its source is ${source}, and only Prometheus can be asked` }
  const written = templateOf(query, templates)
  if (written !== undefined && 'why' in written) return written
  const template = written?.text.replaceAll(String.raw`$\{`, '${')
  if (template?.startsWith('PromQL:') === true) return { text: template.slice('PromQL:'.length) }
  if (query.metricName === undefined) return { why: 'it names no metric' }
  const fields = query.groupByFields ?? []
  if (fields.length > 0) return { why: `one result for each ${fields.join(', ')}, and a policy compares one` }
  if (template === undefined && query.resourceType !== undefined)
    return { why: `resourceType ${query.resourceType} finds instances by a regular expression` }
  const matchers = [template ?? '', ...(query.labelBindings ?? [])].filter((text) => text.trim() !== '')
  return { text: `avg(${query.metricName}{${matchers.join(',')}})` }
}

function templateOf(query: Query, templates: Readonly<Record<string, string>>): Text | undefined {
  if (query.customInlineTemplate !== undefined && query.customInlineTemplate !== '')
    return { text: query.customInlineTemplate }
  const name = query.customFilterTemplate
  if (name === undefined || name === '') return undefined
  const text = Object.hasOwn(templates, name) ? templates[name] : undefined
  return text === undefined ? { why: `templates has no ${name}` } : { text }
}
