import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../../../src/cli/command-line.ts'
import { boundOf } from '../../../src/cli/import/formats/argo-condition.ts'
import { parsePolicy } from '../../../src/formats/policy/parse-policy.ts'
import { armsOf } from '../../../src/sources/prometheus/arms/presets.ts'
import { checkQueries } from '../../../src/sources/prometheus/queries/check-queries.ts'
import { metricQueries } from '../../../src/sources/prometheus/queries/metric-queries.ts'
import { collect, fixedEngine } from '../streams.ts'

const inputs = 'test/cli/import/inputs'

async function run(args: readonly string[], input = '') {
  const streams = collect(input)
  const code = await runCommandLine(['import', ...args], { ...streams, engine: fixedEngine, version: '1' })
  return { code, out: streams.out(), err: streams.err() }
}

const cases = [
  ['kayenta-golden-signals', ['kayenta-golden-signals.json']],
  ['kayenta-everything', ['kayenta-everything.json']],
  ['argo-http', ['argo-templates.yaml', '--only', 'http']],
  ['argo-business', ['argo-business.yaml']],
  ['argo-errors-only', ['argo-templates.yaml', '--only', 'errors-only']],
  ['flagger-istio', ['flagger-canary.yaml']],
  ['flagger-kubernetes', ['flagger-kubernetes.yaml']],
  ['flagger-nginx', ['flagger-nginx.yaml']],
] as const

const subject = {
  namespace: 'shop',
  name: 'web',
  revision: '79c4bfb5d',
  stableRevision: '6b8d7c5f4b',
  params: { team: 'a', zone: 'b', pool: 'c' },
}

// After an intended change run `npx vitest run test/cli/import -u`, and read the difference.
describe('canary-judge import', () => {
  it.each(cases)(
    'import of %s gives the policy and the list that its golden files hold',
    async (name, args) => {
      const [file, ...flags] = args
      const { code, out, err } = await run([`${inputs}/${file}`, ...flags])
      await expect(out).toMatchFileSnapshot(`golden/${name}.yaml`)
      await expect(err).toMatchFileSnapshot(`golden/${name}.txt`)
      expect(code).toBe(0)
    },
  )

  it.each(cases)('the policy of %s asks for both arms with queries of its own', async (_name, args) => {
    const [file, ...flags] = args
    const { out } = await run([`${inputs}/${file}`, ...flags])
    const { policy } = parsePolicy(out, 'imported', checkQueries)
    for (const metric of policy.metrics) {
      const arms = armsOf(metric.select ?? policy.select, subject)
      expect(arms.canary).not.toEqual(arms.stable)
      const queries = metricQueries(metric, arms)
      const texts = 'total' in queries ? [queries.total, queries.part] : [JSON.stringify(queries)]
      expect(new Set(texts).size).toBe(texts.length)
      expect(texts.join(' ')).not.toMatch(/\{\{|\$\{/)
    }
  })

  it('import --json has the policy, the losses and the warnings', async () => {
    const { code, out, err } = await run([`${inputs}/argo-templates.yaml`, '--only', 'errors-only', '--json'])
    const answer: unknown = JSON.parse(out)
    expect(answer).toEqual({
      policy: expect.stringContaining('name: errors-only'),
      notCarriedOver: [
        {
          file: `${inputs}/argo-templates.yaml`,
          line: 75,
          what: expect.any(String),
          why: expect.any(String),
        },
      ],
      warnings: [],
    })
    expect([code, err]).toEqual([0, ''])
  })

  const kayenta = (metric: object): string =>
    JSON.stringify({ name: 'a', judge: {}, metrics: [{ name: 'm', query: { type: 'atlas' }, ...metric }] })

  it.each([{ critical: true }, { mustHaveData: true }])(
    'import refuses to leave out a metric with %j, and exits 1',
    async (canary) => {
      const { code, out, err } = await run(['-'], kayenta({ analysisConfigurations: { canary } }))
      expect(err).toContain('stdin:1: m: left out: its source is atlas')
      expect(err).toContain('no policy: m: the file needs it, and no policy can have it\n')
      expect([code, out]).toEqual([1, ''])
    },
  )

  it('import of a file of which nothing is left exits 1', async () => {
    const { code, out, err } = await run(['-', '--json'], kayenta({}))
    expect(JSON.parse(out)).toMatchObject({ policy: null, refusal: 'no metric could be carried over' })
    expect([code, err]).toEqual([1, ''])
  })

  it.each([
    [['nowhere.yaml'], '', 'expected a readable file at nowhere.yaml'],
    [
      ['-'],
      'kind: Deployment',
      'expected a canaryConfig of Kayenta, an AnalysisTemplate or a Canary of Flagger',
    ],
    [['-'], 'a: b\n---\na: [', 'stdin: line 3'],
    [
      ['-'],
      'kind: Canary\nmetadata: {name: {{ .Values.name }}}',
      'stdin: expected a rendered manifest, got a template of Helm: give what `helm template` prints',
    ],
    [['-'], '{"name": "a", "judge": {}, "metrics": [{"name": 5}]}', 'stdin:1: metrics[0].name: '],
    [[`${inputs}/argo-templates.yaml`], '', '--only: expected one of http, errors-only, got none'],
    [
      [`${inputs}/argo-templates.yaml`, '--only', 'x'],
      '',
      '--only: expected one of http, errors-only, got x',
    ],
    [[], '', "missing required argument 'files'"],
  ])('import %j of %j exits 3', async (args, input, message) => {
    const { code, out, err } = await run(args, input)
    expect(err).toContain(message)
    expect([code, out]).toEqual([3, ''])
  })

  const template = (namespace: string, counter: string): string =>
    `---
apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: { name: failures${namespace} }
spec: { provider: { type: prometheus }, query: 'sum(rate(${counter}{code="500",app="{{ name }}"}[1m])) / sum(rate(${counter}{app="{{ name }}"}[1m]))' }
`
  it.each([
    ['', 'shop_total'],
    [', namespace: platform', 'platform_total'],
    [', namespace: nowhere', 'everywhere_total'],
  ])('import takes the MetricTemplate of the namespace in templateRef%s', async (reference, counter) => {
    const canary = `apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: web, namespace: shop }
spec:
  analysis: { metrics: [{ name: failures, templateRef: { name: failures${reference} }, thresholdRange: { max: 0.1 } }] }
`
    const templates = [
      template(', namespace: platform', 'platform_total'),
      template(', namespace: shop', 'shop_total'),
      template('', 'everywhere_total'),
    ]
    const { out } = await run(['-'], `${canary}${templates.join('')}`)
    expect(out).toContain(`    total: ${counter}\n`)
  })

  it('import reads a manifest as kubectl does, with its merges and octal numbers', async () => {
    const { out } = await run(
      ['-'],
      `apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: web }
spec:
  provider: istio
  analysis:
    metrics:
      - &slow { name: request-duration, thresholdRange: { max: 0764 } }
      - { <<: *slow, name: request-success-rate, thresholdRange: { min: 99 } }
`,
    )
    expect(out).toContain('    limit: 500ms\n')
    expect(out).toContain('    limit: 1%\n')
  })

  it('import shows a terminal nothing of a file that controls it', async () => {
    const text = readFileSync(`${inputs}/flagger-kubernetes.yaml`, 'utf8').replace(
      'name: web',
      'name: "we\\u001b[2Jb"',
    )
    const { out, err } = await run(['-'], text)
    expect(out + err).not.toContain('\u001B')
  })
})

describe('boundOf', () => {
  it.each([
    ['result[0] < 0.05', 'success', 'higher', 0.05],
    ['result[0] >= 0.95', 'success', 'lower', 0.95],
    ['result[0] > 0.05', 'failure', 'higher', 0.05],
    ['result <= 0.9', 'failure', 'lower', 0.9],
    ['0.05 > result[0]', 'success', 'higher', 0.05],
    ['len(result) == 0 || isNaN(result[0]) || result[0] >= 95', 'success', 'lower', 95],
    ['!isNaN(result[0]) && (result[0] <= 1e-3)', 'success', 'higher', 0.001],
    ['default(result[0], 0) < 5', 'success', 'higher', 5],
    ['all(result, # < 0.1)', 'success', 'higher', 0.1],
    ['all(result, {# < 0.1})', 'success', 'higher', 0.1],
    ['result[0] < asFloat(5)', 'success', 'higher', 5],
  ] as const)('boundOf(%s, %s) is %s, %d', (condition, means, worse, fixed) => {
    expect(boundOf(condition, means)).toEqual({ worse, fixed })
  })

  it.each(['result[0] == 1', 'result[0] < 1 && result[0] > 0', 'result[0] < result[1]', 'true', ''])(
    'boundOf(%j) is undefined',
    (condition) => {
      expect(boundOf(condition, 'success')).toBeUndefined()
    },
  )
})
