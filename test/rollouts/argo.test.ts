import { existsSync } from 'node:fs'
import {
  AnalysisTemplate,
  ClusterAnalysisTemplate,
  Rollout,
} from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1'
import { Service } from 'kubernetes-models/v1'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { argoRequestSchema, toJudgeRequest } from '../../src/callers/argo/request.ts'
import { runArgoRollout } from '../controllers/argo.ts'
import { callsOf } from '../controllers/controller-log.ts'
import { argoReply } from '../controllers/fake-service.ts'
import { createSimulatedClock } from '../controllers/simulated-clock.ts'
import { substitute } from '../controllers/argo-args.ts'
import { readMetric, readRollout, readTemplate } from '../controllers/argo-manifests.ts'
import { findManifest, readManifests } from '../controllers/manifests.ts'

const rolloutFile = 'rollouts/argo/rollout.yaml'
const serviceFile = 'rollouts/argo/services.yaml'
const templateFiles = [
  'rollouts/argo/analysis-template.yaml',
  'rollouts/argo/cluster-analysis-template.yaml',
  'rollouts/argo/v1.7/analysis-template.yaml',
]
const manifests = readManifests([rolloutFile, serviceFile])
const rollout = readRollout(manifests)
const { steps } = rollout.spec.strategy.canary
const analyses = steps.flatMap((step) => ('analysis' in step ? [step.analysis] : []))
const weights = steps.flatMap((step) => ('setWeight' in step ? [step.setWeight] : []))

const templates = templateFiles.map((file) => {
  const [manifest] = readManifests([file])
  if (manifest === undefined) throw new Error(`${file} is empty`)
  const clusterScope = manifest.kind === 'ClusterAnalysisTemplate'
  const template = readTemplate([manifest], {
    templates: [{ templateName: 'canary-judge', clusterScope }],
    args: [],
    dryRun: [],
  })
  // What only the Rollout knows stays as it is written.
  const args = new Map(
    template.args.map(({ name, value }) => [name, name === 'looks' ? (value ?? '') : `{{args.${name}}}`]),
  )
  return { file, manifest, template, metric: readMetric(substitute(template.metrics[0], args)) }
})

/** What the schema of the custom resource says about any object handed to it. */
const validator =
  <T>(Model: new (data: T) => { validate(): void }) =>
  (document: unknown): void =>
    new Model(z.custom<T>().parse(document)).validate()

const validators: Readonly<Record<string, (document: unknown) => void>> = {
  AnalysisTemplate: validator(AnalysisTemplate),
  ClusterAnalysisTemplate: validator(ClusterAnalysisTemplate),
  Rollout: validator(Rollout),
  Service: validator(Service),
}

function validate(kind: string, document: unknown): void {
  const check = validators[kind]
  if (check === undefined) throw new Error(`no schema of ${kind}`)
  check(document)
}

describe('rollouts/argo', () => {
  const documents = readManifests([rolloutFile, serviceFile, ...templateFiles])
    .filter(({ kind }) => kind !== 'VirtualService')
    .map(({ file, kind, document }) => ({ file, kind, document }))

  test.each(documents)('$file: the $kind is valid', ({ kind, document }) => {
    expect(() => validate(kind, document)).not.toThrow()
  })

  test('the validation notices a field of the wrong type', () => {
    const [template] = templates
    const broken = { ...Object(template?.manifest.document), spec: { metrics: [{ name: 7 }] } }
    expect(() => validate('AnalysisTemplate', broken)).toThrow('/spec/metrics/0/name')
  })

  test('rollout.yaml goes to 5, 25 and 50 %, and analyses after each', () => {
    expect(weights).toEqual([5, 25, 50])
    expect(steps.map((step) => Object.keys(step)[0])).toEqual([
      'setWeight',
      'analysis',
      'setWeight',
      'analysis',
      'setWeight',
      'analysis',
    ])
  })

  test('rollout.yaml says weight, next weight, step and their number truthfully', () => {
    const values = analyses.map(({ args }) =>
      Object.fromEntries(args.map(({ name, value }) => [name, value])),
    )
    expect(values.map(({ weight, next, step, of }) => [weight, next, step, of])).toEqual(
      weights.map((weight, index) => [
        String(weight),
        String(weights[index + 1] ?? 100),
        String(index + 1),
        String(weights.length),
      ]),
    )
  })

  test('rollout.yaml asks four times more than a step has minutes', () => {
    for (const { args } of analyses) {
      const valueOf = (name: string) => Number(args.find((arg) => arg.name === name)?.value)
      expect(valueOf('looks')).toBeGreaterThanOrEqual(valueOf('minutes') + 4)
    }
  })

  test('rollout.yaml asks for a policy that is bundled', () => {
    for (const { args } of analyses) {
      const name = args.find((arg) => arg.name === 'policy')?.value
      expect(existsSync(`policies/${name}.yaml`)).toBe(true)
    }
  })

  test('rollout.yaml takes the names and hashes from the Rollout, each from the right place', () => {
    for (const { args } of analyses)
      expect(args.filter(({ valueFrom }) => valueFrom !== undefined)).toEqual([
        { name: 'namespace', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        { name: 'name', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'canaryHash', valueFrom: { podTemplateHashValue: 'Latest' } },
        { name: 'stableHash', valueFrom: { podTemplateHashValue: 'Stable' } },
      ])
  })

  test('services.yaml has the Services and the route that rollout.yaml names', () => {
    const names = z.object({
      spec: z.object({
        strategy: z.object({
          canary: z.object({
            canaryService: z.string(),
            stableService: z.string(),
            trafficRouting: z.object({
              istio: z.object({
                virtualService: z.object({ name: z.string(), routes: z.array(z.string()) }),
              }),
            }),
          }),
        }),
      }),
    })
    const { canary } = names.parse(findManifest(manifests, 'Rollout').document).spec.strategy
    const { name, routes } = canary.trafficRouting.istio.virtualService
    const route = z.object({
      spec: z.object({
        http: z.array(
          z.object({
            name: z.string(),
            route: z.array(z.object({ destination: z.object({ host: z.string() }), weight: z.int() })),
          }),
        ),
      }),
    })
    const virtualService = route.parse(findManifest(manifests, 'VirtualService', name).document)
    expect(virtualService.spec.http.map((http) => http.name)).toEqual(routes)
    expect(virtualService.spec.http[0]?.route).toEqual([
      { destination: { host: canary.stableService }, weight: 100 },
      { destination: { host: canary.canaryService }, weight: 0 },
    ])
    for (const service of [canary.stableService, canary.canaryService])
      expect(findManifest(manifests, 'Service', service).name).toBe(service)
  })

  describe.each(templates)('$file', ({ manifest, template, metric }) => {
    const args = new Map(template.args.map((arg) => [arg.name, arg]))
    const modern = metric.consecutiveSuccessLimit > 0

    test('asks each minute for four minutes more than a step lasts', () => {
      expect(metric.interval).toBe(60_000)
      expect(metric.count).toBeGreaterThanOrEqual(Number(args.get('minutes')?.value) + 4)
    })

    test('has the limits with which only a pass passes', () => {
      expect(metric).toMatchObject({
        failureLimit: 0,
        inconclusiveLimit: modern ? metric.count : (metric.count ?? 0) - 1,
        consecutiveErrorLimit: 10,
        consecutiveSuccessLimit: manifest.file.includes('v1.7') ? 0 : 1,
        successCondition: 'result[1] == "pass"',
        failureCondition: 'result[1] == "fail"',
      })
    })

    test('posts all its args but the token to /v1/argo, each under its name, and truthfully how often it asks', () => {
      const { web } = metric.provider
      const names = [...args.keys()].filter((name) => name !== 'token')
      expect(web).toMatchObject({
        method: 'POST',
        url: 'http://canary-judge.canary-judge:8080/v1/argo',
        timeoutSeconds: 15,
        jsonPath: '{$.argo}',
        headers: [{ key: 'Authorization', value: 'Bearer {{args.token}}' }],
      })
      const fromArgs = Object.fromEntries(names.map((name) => [name, `{{args.${name}}}`]))
      expect(web.jsonBody).toEqual({ ...fromArgs, looks: String(metric.count) })
    })

    test('takes the token from a Secret and has no default for what it cannot know', () => {
      expect(args.get('token')).toEqual({
        name: 'token',
        valueFrom: { secretKeyRef: { name: 'canary-judge', key: 'token' } },
      })
      const given = new Set(analyses[0]?.args.map(({ name }) => name))
      const open = template.args.filter((arg) => arg.value === undefined && arg.valueFrom === undefined)
      expect(open.filter(({ name }) => !given.has(name))).toEqual([])
      expect(open.map(({ name }) => name)).toEqual([
        'namespace',
        'name',
        'canaryHash',
        'stableHash',
        'weight',
        'next',
        'step',
        'of',
      ])
    })
  })

  test.each(templates)('$file: the route takes what Argo sends at each step', async ({ file, manifest }) => {
    const clusterScope = manifest.kind === 'ClusterAnalysisTemplate'
    const rolloutOf = findManifest(manifests, 'Rollout')
    const document: unknown = JSON.parse(
      JSON.stringify(rolloutOf.document).replaceAll(
        '"templateName"',
        `"clusterScope":${clusterScope},"templateName"`,
      ),
    )
    const { log } = await runArgoRollout({
      manifests: [{ ...rolloutOf, document }, ...readManifests([file])],
      call: () => Promise.resolve(argoReply('pass')),
      clock: createSimulatedClock(0),
      onWeight: () => undefined,
      stableHash: '6b8d7c5f4b',
      canaryHash: '79c4bfb5d',
      secrets: { 'canary-judge/token': 'x' },
    })
    // Before 1.8 each step asks 14 times; what is said is the same each time.
    const bodies = new Set(callsOf(log).map(({ body }) => body))
    const asked = [...bodies].map((body) => toJudgeRequest(argoRequestSchema.parse(JSON.parse(body))))
    const common = {
      caller: 'argo',
      namespace: 'shop',
      name: 'web',
      revision: '79c4bfb5d',
      stableRevision: '6b8d7c5f4b',
      policy: 'istio-service',
    }
    expect(asked).toEqual([
      { ...common, step: { index: 0, of: 3, weight: 5, next: 25, minutes: 10, looks: 14 } },
      { ...common, step: { index: 1, of: 3, weight: 25, next: 50, minutes: 10, looks: 14 } },
      { ...common, step: { index: 2, of: 3, weight: 50, next: 100, minutes: 10, looks: 14 } },
    ])
  })

  test('the namespaced and the cluster template are the same', () => {
    expect(templates[0]?.template).toEqual(templates[1]?.template)
  })
})
