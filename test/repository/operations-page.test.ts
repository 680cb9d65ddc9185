import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../../src/app/config/config-schema.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { anchorsOf, codeBlocks, readText, tableRows } from './markdown.ts'

test('docs/operations.md lists every metric of the service with its type and what it says', async () => {
  const { registry } = createMetrics('1.2.3')
  const own = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith('canary_judge_'))
  const listed = tableRows(readText('docs/operations.md'), 'metric').map(([name = '', type, , meaning]) => [
    name.replaceAll('`', ''),
    type,
    meaning,
  ])
  expect(listed).toEqual(own.map(({ name, type, help }) => [name, String(type), help]))
})

test('every alert asks for metrics that there are, and links to its lines in docs/operations.md', async () => {
  const { registry } = createMetrics('1.2.3')
  const text = readText('charts/canary-judge/files/alerts.yaml')
  const names = text.match(/canary_judge_\w+/g) ?? []
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => registry.getSingleMetric(name) === undefined)).toEqual([])
  const linked = [...text.matchAll(/alert: (\w+)\n.*?docs\/operations\.md#(\w+)\n/gs)]
  expect(linked.length).toBe(text.match(/alert: /g)?.length)
  const anchors = anchorsOf(readText('docs/operations.md'))
  for (const [, alert = '', anchor = ''] of linked) {
    expect([alert, anchor, anchors.has(anchor)]).toEqual([alert, alert.toLowerCase(), true])
  }
})

test('the example in docs/configuration.md is valid and names every key at the top', () => {
  const blocks = codeBlocks(readText('docs/configuration.md')).filter(({ language }) => language === 'yaml')
  const example = Object.assign({}, ...blocks.map(({ text }): object => parse(text)))
  expect(configSchema.safeParse(example).error?.issues ?? []).toEqual([])
  const atTheTop = Object.keys(configSchema.shape)
  const fromEnvironment = ['host', 'port', 'logLevel']
  expect([...Object.keys(example), ...fromEnvironment].toSorted()).toEqual(atTheTop.toSorted())
})

test.each(['limits', 'retention', 'shutdown', 'reload'] as const)(
  'the example in docs/configuration.md writes every key of %s with its default',
  (part) => {
    const block = codeBlocks(readText('docs/configuration.md')).find(({ language }) => language === 'yaml')
    const example: Readonly<Record<string, object>> = parse(block?.text ?? '')
    const defaults = configSchema.parse({})[part]
    expect(configSchema.parse({ [part]: example[part] })[part]).toEqual(defaults)
    expect(Object.keys(example[part] ?? {}).toSorted()).toEqual(Object.keys(defaults).toSorted())
  },
)

test('docs/configuration.md names every variable that the service reads', () => {
  const page = readText('docs/configuration.md')
  const source = readText('src/app/config/read-environment.ts')
  const read = new Set(source.match(/(?<=(?:read|set)\(\s*')[A-Z_]+(?=')/g))
  expect(read.size).toBeGreaterThan(5)
  expect([...read].filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
