import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { canaryDashboard } from '../dashboards/canary-dashboard.ts'
import type { Dashboard } from '../dashboards/grafana.ts'
import { judgeDashboard } from '../dashboards/judge-dashboard.ts'
import { type DocumentedValue, documentedValues } from './documented-values.ts'
import { valuesSchema } from './values-schema.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const chart = 'charts/canary-judge'

/** The generated files of the chart, by path. */
export function chartFiles(): Readonly<Record<string, string>> {
  const values = documentedValues(read(`${chart}/values.yaml`))
  return {
    [`${chart}/values.schema.json`]: valuesSchemaText(values),
    [`${chart}/README.md`]: withTable(read(`${chart}/README.md`), values),
    [`${chart}/files/analysis-template.yaml`]: read('rollouts/argo/template/analysis-template.yaml'),
    ...Object.fromEntries(
      dashboards().map((dashboard) => [
        `${chart}/dashboards/${dashboard.uid}.json`,
        `${JSON.stringify(dashboard, null, 2)}\n`,
      ]),
    ),
  }
}

export function dashboards(): readonly Dashboard[] {
  const policies = globSync('policies/*.yaml', { cwd: fileURLToPath(root) }).toSorted()
  return [judgeDashboard, canaryDashboard(policies.map(read))]
}

type Schema = z.core.JSONSchema.BaseSchema

/** The schema of the values. Each value has the comment of values.yaml as its description. */
export function valuesSchemaText(values: readonly DocumentedValue[]): string {
  const schema = z.toJSONSchema(valuesSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: withoutLookahead,
  })
  for (const { path, description } of values) {
    const place = path.reduce<Schema | boolean | undefined>(
      (inner, key) => (typeof inner === 'object' ? inner.properties?.[key] : undefined),
      schema,
    )
    if (typeof place !== 'object') throw new Error(`expected a schema for ${path.join('.')}, got none`)
    place.description = description
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** Removes lookaheads, because Helm is written in Go, whose regular expressions have none. */
function withoutLookahead({
  jsonSchema: schema,
}: {
  readonly jsonSchema: z.core.JSONSchema.BaseSchema
}): void {
  for (const part of [schema, ...(schema.anyOf ?? [])]) {
    if (typeof part === 'object' && part.pattern !== undefined)
      part.pattern = part.pattern.replaceAll('(?=.)', '')
  }
}

const begin = '<!-- values: made by `npm run chart` -->'
const end = '<!-- /values -->'

function withTable(page: string, values: readonly DocumentedValue[]): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`expected ${begin} and ${end} in the page`)
  return `${before}${begin}\n\n${valuesTable(values)}\n${end}${after}`
}

/** A table with one row for each value, in the order of values.yaml. */
export function valuesTable(values: readonly DocumentedValue[]): string {
  const rows = values.map(({ path, description, default: preset }) =>
    [`\`${path.join('.')}\``, `\`${JSON.stringify(preset)}\``, description].map((cell) =>
      cell.replaceAll('|', '\\|'),
    ),
  )
  const lines = [['value', 'default', 'meaning'], ['---', '---', '---'], ...rows]
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}
