import { expect, test } from 'vitest'
import { fixture } from './examples.ts'
import { lintText, short } from './lint-text.ts'

const bomb = [
  'a: &a [x, x]',
  ...'bcdefghijkl'.split('').map((name, i) => {
    const before = 'abcdefghijk'[i]
    return `${name}: &${name} [*${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}]`
  }),
].join('\n')

test.each([
  ['brackets that open ten thousand times', `kind: Rollout\nx: ${'['.repeat(10_000)}`, 'nested too deeply'],
  [
    'maps in maps, a thousand levels',
    `kind: Rollout\n${Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}`,
    'nested too deeply',
  ],
  ['lists in lists on one line', `kind: Rollout\nx:\n  ${'- '.repeat(5000)}a: 1`, 'nested too deeply'],
  ['aliases that multiply', `kind: Rollout\n${bomb}`, 'expected anchors that are used a few times'],
  ['an alias without its anchor', 'kind: Rollout\nspec: *nowhere', 'nowhere'],
  ['zero bytes', 'kind: Rollout\n\0\0\u0001', 'expected text, got a file with zero bytes'],
  ['a tab', 'kind: Rollout\nspec:\n\tsteps: []', 'expected spaces for indentation, got a tab'],
  ['a map without its end', 'kind: Rollout\nspec: {', 'expected YAML: '],
])('lint of %s says so in one line', async (_, text, message) => {
  const started = performance.now()
  const { findings } = await lintText(text)
  expect(findings.map(({ rule }) => rule)).toEqual(['unreadable'])
  expect(findings[0]?.message).toContain(message)
  expect(findings[0]?.message).not.toContain('\n')
  expect(performance.now() - started).toBeLessThan(5000)
})

test.each(['', '\n\n', '---\n---\n', '# only a comment\n', '\uFEFF', 'null', '[]', '"text"', '5', 'a: b'])(
  'lint of %j finds no object and no mistake',
  async (text) => {
    expect(await lintText(text)).toMatchObject({ findings: [], objects: 0 })
  },
)

test.each(['argo', 'flagger', 'policy'])(
  'lint of %s.yaml with CRLF and a byte order mark is the same',
  async (name) => {
    const text = `\uFEFF${fixture(name).replaceAll('\n', '\r\n')}`
    expect(await lintText(text)).toEqual(await lintText(fixture(name)))
    const broken = fixture('everything-wrong')
    const [unix, windows] = [await lintText(broken), await lintText(broken.replaceAll('\n', '\r\n'))]
    expect(windows.findings.map(short)).toEqual(unix.findings.map(short))
  },
)

test('lint reads a file of twenty thousand objects in seconds', async () => {
  const one = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\n'
  const started = performance.now()
  const { objects } = await lintText(`${one.repeat(20_000)}---\n${fixture('argo')}`, 'big.yaml', false)
  expect(objects).toBe(2)
  expect(performance.now() - started).toBeLessThan(5000)
})

test('lint goes on after a document that it cannot read, with the lines of the file', async () => {
  const { findings, objects } = await lintText(
    `kind: Rollout\nspec: {\n---\n${fixture('argo').replace('setWeight: 50', 'setWeight: 60')}`,
  )
  expect(objects).toBe(2)
  expect(findings.map(short)).toEqual([
    expect.stringMatching(/^2 unreadable: expected YAML: /),
    '31 steps-differ: the judge is given 5,50, the weights with an analysis are 5,60',
  ])
})

test('lint reads policies in a ConfigMap, with the lines of the file', async () => {
  const policy = fixture('policy')
    .replace('soak: 3m', 'soek: 3m')
    .split('\n')
    .map((line) => `    ${line}`)
  const text = [
    'apiVersion: v1',
    'kind: ConfigMap',
    'data:',
    '  note.txt: metrics',
    '  web.yaml: |',
    ...policy,
  ].join('\n')
  expect((await lintText(text, 'chart.yaml', false)).findings.map(short)).toEqual([
    '8 policy-mistake: soek: unknown key "soek", did you mean soak?',
  ])
  const broken = text.replace('soek: 3m', 'soak: {')
  expect((await lintText(broken, 'chart.yaml', false)).findings.map(short)).toEqual([
    expect.stringMatching(/^\d+ unreadable: expected YAML: /),
  ])
})
