import { readFileSync } from 'node:fs'

/** A text of the file and what stands in its place. */
type Edit = readonly [find: string, put: string]

/** Two versions of a good file: one with a mistake that a rule finds, one in which the same thing is done well. */
export interface Example {
  readonly rule: string
  readonly base: 'argo' | 'flagger' | 'deployments' | 'policy' | 'metric-template'
  readonly broken: readonly Edit[]
  /** Without it the good file itself is the mended one. */
  readonly mended?: readonly Edit[]
  /** The start of what the rule says. */
  readonly says: string
}

export const textOf = ({ base }: Example, edits: readonly Edit[]): string =>
  edits.reduce((text, [find, put]) => {
    if (!text.includes(find)) throw new Error(`expected ${JSON.stringify(find)} in ${base}.yaml`)
    return text.replace(find, put)
  }, fixture(base))

export const fixture = (name: string): string => readFileSync(`test/fixtures/lint/${name}.yaml`, 'utf8')

const threshold = `      successCondition: result[0] >= 0.95
      failureLimit: 2
      provider:
        prometheus: { address: 'http://prometheus:9090', query: 'sum(rate(good{app="web"}[1m])) / sum(rate(all{app="web"}[1m]))' }
`
const ownMetric = (lines: string): string => `  metrics:
    - name: success-rate
      interval: 60s
      count: 20
${lines}    - name: canary-judge
`
const hook = (type: string): string => `      - name: judge-${type}
        type: ${type}
        url: http://flagger:TOKEN@canary-judge.canary-judge:8080/v1/flagger/${type}
`
const affinity: Edit = ['    metrics: []', '    sessionAffinity: { cookieName: web-canary }\n    metrics: []']
const headers = `        - setHeaderRoute: { name: insiders, match: [{ headerName: x-insider, headerValue: { exact: 'yes' } }] }
        - analysis: &judge
`
const iterations = (count: number): readonly Edit[] => [
  ['stepWeights: [5, 25, 50]', `iterations: ${count}`],
  ['steps: 5,25,50', "steps: '50'"],
]

const firstAnalysis = `        - analysis: &judge
            templates: [{ templateName: canary-judge }]
            args:
              - { name: canaryHash, valueFrom: { podTemplateHashValue: Latest } }
              - { name: stableHash, valueFrom: { podTemplateHashValue: Stable } }
              - { name: index, valueFrom: { fieldRef: { fieldPath: status.currentStepIndex } } }
`

export const examples: readonly Example[] = [
  {
    rule: 'blind-canary',
    base: 'argo',
    broken: [
      ['        - analysis: *judge\n', '        - pause: { duration: 10m }\n'],
      [firstAnalysis, '        - pause: { duration: 10m }\n'],
    ],
    says: '2 weights, and no analysis',
  },
  {
    rule: 'blind-canary',
    base: 'argo',
    broken: [
      ['    canary:\n      canaryService', '    blueGreen:\n      activeService: web\n      canaryService'],
    ],
    mended: [
      [
        '    canary:\n      canaryService',
        '    blueGreen:\n      activeService: web\n      autoPromotionEnabled: false\n      canaryService',
      ],
    ],
    says: 'the new version is promoted by itself',
  },
  {
    rule: 'blind-canary',
    base: 'metric-template',
    broken: [
      [
        '    metrics:\n      - name: canary-judge\n        templateRef: { name: canary-judge }\n        thresholdRange: { max: 0 }\n        interval: 1m\n',
        '    webhooks: [{ name: load, url: http://load/, metadata: { type: cmd, cmd: hey -z 1m http://web/ } }]\n',
      ],
    ],
    says: 'the analysis has neither metrics nor hooks that judge',
  },
  {
    rule: 'too-fast',
    base: 'argo',
    broken: [["minutes: '10'", "minutes: '2'"]],
    says: 'all users have the release after 4 minutes; see `canary-judge plan --rps N --stages 5,50 --minutes 2`',
  },
  {
    rule: 'too-fast',
    base: 'metric-template',
    broken: [['stepWeight: 2', 'stepWeight: 10']],
    mended: [['stepWeight: 2', 'stepWeight: 5']],
    says: 'all users have the release after 5 minutes',
  },
  {
    rule: 'full-weight',
    base: 'argo',
    broken: [
      ['setWeight: 50', 'setWeight: 100'],
      ['steps: 5,50', 'steps: 5,100'],
    ],
    says: 'setWeight: 100 comes before an analysis or a pause',
  },
  {
    rule: 'full-weight',
    base: 'metric-template',
    broken: [['    maxWeight: 50\n', '']],
    says: 'without maxWeight the weights go up to 100',
  },
  {
    rule: 'no-progress-deadline',
    base: 'deployments',
    broken: [['progressDeadlineSeconds: 300', 'progressDeadlineSeconds: 2147483647']],
    says: 'pods may take',
  },
  {
    rule: 'selected-users',
    base: 'flagger',
    broken: [affinity],
    mended: [affinity, ['          target: web', '          target: web\n          selected: a cookie']],
    says: 'sessionAffinity selects who gets the canary',
  },
  {
    rule: 'selected-users',
    base: 'argo',
    broken: [['        - analysis: &judge\n', headers]],
    mended: [
      ['        - analysis: &judge\n', headers],
      ["{ name: selected, value: '' }", '{ name: selected, value: a header }'],
    ],
    says: 'this analysis looks at requests chosen by setHeaderRoute',
  },
  {
    rule: 'fixed-threshold',
    base: 'metric-template',
    broken: [
      [
        '        templateRef: { name: canary-judge }\n        thresholdRange: { max: 0 }',
        '        templateRef: { name: errors }\n        thresholdRange: { max: 5 }',
      ],
    ],
    says: 'canary-judge is compared with a number: 5',
  },
  {
    rule: 'fixed-threshold',
    base: 'argo',
    broken: [['  metrics:\n    - name: canary-judge\n', ownMetric(threshold)]],
    mended: [
      [
        '  metrics:\n    - name: canary-judge\n',
        ownMetric(threshold.replace('{app="web"}[1m])) /', '{app="stable"}[1m])) /')),
      ],
    ],
    says: 'success-rate is compared with a number: result[0] >= 0.95',
  },
  {
    rule: 'missing-probe',
    base: 'argo',
    broken: [['          readinessProbe: { httpGet: { path: /healthz, port: http } }\n', '']],
    says: 'container web has no readinessProbe',
  },
  {
    rule: 'missing-probe',
    base: 'flagger',
    broken: [['          readinessProbe: { httpGet: { path: /healthz, port: http } }\n', '']],
    says: 'container web has no readinessProbe',
  },
  {
    rule: 'missing-arm-labels',
    base: 'deployments',
    broken: [['labels: { app: web, track: stable, version: 1.4.0 }', 'labels: { app: web }']],
    says: 'the pods have no label track and no label version',
  },
  {
    rule: 'looks-end-early',
    base: 'argo',
    broken: [["{ name: looks, value: '24' }", "{ name: looks, value: '14' }"]],
    says: '14 looks for a step of 10 minutes and a hold of 10: 24 are needed',
  },
  {
    rule: 'looks-end-early',
    base: 'argo',
    broken: [['            args:\n', "            args:\n              - { name: looks, value: '23' }\n"]],
    mended: [['            args:\n', "            args:\n              - { name: looks, value: '30' }\n"]],
    says: '23 looks for a step of 10 minutes',
  },
  {
    rule: 'looks-end-early',
    base: 'flagger',
    broken: iterations(10),
    mended: iterations(24),
    says: '10 iterations for a step of 10 minutes and a hold of 10: 24 are needed',
  },
  {
    rule: 'steps-differ',
    base: 'argo',
    broken: [['steps: 5,50', 'steps: 5,25,50']],
    says: 'the judge is given 5,25,50, the weights with an analysis are 5,50',
  },
  {
    rule: 'steps-differ',
    base: 'flagger',
    broken: [['stepWeights: [5, 25, 50]', 'stepWeights: [5, 50]']],
    says: 'the judge is given 5,25,50, the weights of the Canary are 5,50',
  },
  {
    rule: 'labels-not-found',
    base: 'argo',
    broken: [['policy: istio-service', 'policy: istio']],
    says: 'policy istio (preset istio-workload) is for a Canary of Flagger',
  },
  {
    rule: 'labels-not-found',
    base: 'argo',
    broken: [['canaryService: web-canary', 'canaryService: web-next']],
    mended: [
      ['canaryService: web-canary', 'canaryService: web-next'],
      ['policy: istio-service', 'policy: istio-service\n            canaryService: web-next'],
    ],
    says: 'the judge looks for the Service web-canary, the Rollout uses web-next',
  },
  {
    rule: 'labels-not-found',
    base: 'argo',
    broken: [
      ['istio: { virtualService: { name: web, routes: [primary] } }', 'nginx: { stableIngress: public }'],
      ['policy: istio-service', 'policy: nginx'],
    ],
    mended: [
      ['istio: { virtualService: { name: web, routes: [primary] } }', 'nginx: { stableIngress: public }'],
      ['policy: istio-service', 'policy: nginx\n            ingress: public'],
    ],
    says: 'the judge looks for the ingress web, the Rollout uses public',
  },
  {
    rule: 'labels-not-found',
    base: 'flagger',
    broken: [['provider: istio', 'provider: nginx']],
    says: 'policy istio (preset istio-workload) is for istio, gatewayapi, the provider is nginx',
  },
  {
    rule: 'labels-not-found',
    base: 'flagger',
    broken: [['          target: web', '          target: shop']],
    says: 'the judge looks for the target shop, the Canary uses web',
  },
  {
    rule: 'nothing-fails',
    base: 'argo',
    broken: [['failureLimit: 0', 'failureLimit: -1']],
    says: 'failureLimit -1 of metric canary-judge means that it never fails',
  },
  {
    rule: 'nothing-fails',
    base: 'argo',
    broken: [
      [
        '  metrics:\n    - name: canary-judge\n',
        ownMetric(threshold.replace('      successCondition: result[0] >= 0.95\n', '')),
      ],
    ],
    says: 'metric success-rate has neither a successCondition nor a failureCondition',
  },
  {
    rule: 'inconclusive-passes',
    base: 'argo',
    broken: [['      consecutiveSuccessLimit: 1\n', '']],
    mended: [
      ['      consecutiveSuccessLimit: 1\n', ''],
      ["inconclusiveLimit: '{{args.looks}}'", 'inconclusiveLimit: 23'],
    ],
    says: '24 inconclusive measurements are a success, since inconclusiveLimit is 24',
  },
  {
    rule: 'inconclusive-passes',
    base: 'argo',
    broken: [['      successCondition: result[1] == "pass"\n', '']],
    says: 'metric canary-judge has no successCondition',
  },
  {
    rule: 'background-analysis',
    base: 'argo',
    broken: [
      [
        '      steps:\n',
        '      analysis: { templates: [{ templateName: smoke }], startingStep: 1 }\n      steps:\n',
      ],
    ],
    says: 'the steps do not wait for this analysis',
  },
  {
    rule: 'judge-request',
    base: 'argo',
    broken: [['            policy: istio-service', '            polcy: istio-service']],
    says: 'unknown field polcy, did you mean policy?',
  },
  {
    rule: 'judge-request',
    base: 'argo',
    broken: [['method: POST', 'method: GET']],
    says: 'expected method POST, got "GET"',
  },
  {
    rule: 'judge-request',
    base: 'argo',
    broken: [['      failureCondition: result[1] == "fail"\n', '']],
    says: 'without a failureCondition an inconclusive answer aborts the rollout',
  },
  {
    rule: 'judge-request',
    base: 'argo',
    broken: [['timeoutSeconds: 15', 'timeoutSeconds: 5']],
    says: 'the judge may take 8 s to answer, the timeout is 5 s',
  },
  {
    rule: 'swapped-arms',
    base: 'argo',
    broken: [['podTemplateHashValue: Latest', 'podTemplateHashValue: Stable']],
    says: 'canaryHash is that of Stable, expected Latest',
  },
  {
    rule: 'swapped-arms',
    base: 'argo',
    broken: [['              - { name: stableHash, valueFrom: { podTemplateHashValue: Stable } }\n', '']],
    says: 'the arg stableHash has no value',
  },
  {
    rule: 'slow-rollback',
    base: 'flagger',
    broken: [['threshold: 10', 'threshold: 100']],
    says: '100 failed checks, one each 60 s, take 100 minutes',
  },
  {
    rule: 'missing-hook',
    base: 'flagger',
    broken: [[`${hook('rollback')}        timeout: 3s\n        metadata: *judge\n`, '']],
    says: 'no rollback, so a canary that is shown to be bad keeps its traffic',
  },
  {
    rule: 'wrong-hook-type',
    base: 'flagger',
    broken: [['/v1/flagger/post-rollout', '/v1/flagger/event']],
    says: 'the type is post-rollout, the path ends in event',
  },
  {
    rule: 'wrong-hook-type',
    base: 'flagger',
    broken: [
      [
        '    webhooks:\n',
        '    webhooks:\n      - { name: gate, type: rollback, url: http://x/gate/check, timeout: 3s }\n',
      ],
    ],
    mended: [
      [
        '    webhooks:\n',
        '    webhooks:\n      - { name: gate, type: rollback, url: http://x/rollback/check, timeout: 3s }\n',
      ],
    ],
    says: 'the type is rollback, and gates are for confirm-rollout',
  },
  {
    rule: 'hook-metadata',
    base: 'flagger',
    broken: [["minutes: '10'", "minutes: 'ten'"]],
    says: 'metadata.minutes: expected minutes such as "10", got "ten"',
  },
  {
    rule: 'hook-metadata',
    base: 'flagger',
    broken: [["minutes: '10'", 'minutes: 10']],
    says: 'metadata.minutes: expected text, got 10',
  },
  {
    rule: 'hook-metadata',
    base: 'flagger',
    broken: [
      [
        `${hook('rollout')}        timeout: 9s\n        retries: 2\n        metadata: *judge`,
        `${hook('rollout')}        timeout: 9s\n        retries: 2\n        metadata: { policy: strict, target: web, steps: '5,25,50', minutes: '10' }`,
      ],
    ],
    says: 'policy is "istio" at the first hook, and "strict" here',
  },
  {
    rule: 'hook-timeouts',
    base: 'flagger',
    broken: [['timeout: 9s\n        retries: 2', 'timeout: 30s\n        retries: 2']],
    says: 'one tick may wait 111 s for its hooks, the interval is 60 s',
  },
  {
    rule: 'builtin-metrics',
    base: 'flagger',
    broken: [
      [
        '    metrics: []',
        '    metrics: [{ name: request-success-rate, thresholdRange: { min: 99 }, interval: 1m }]',
      ],
    ],
    says: 'request-success-rate decides beside the judge',
  },
  {
    rule: 'metric-query',
    base: 'metric-template',
    broken: [
      ['query: canary_judge_fail{', 'query: max by () (canary_judge_fail{'],
      ['policy="istio"}', 'policy="istio"})'],
    ],
    says: 'expected canary_judge_fail{namespace="…", name="…"}',
  },
  {
    rule: 'metric-query',
    base: 'metric-template',
    broken: [['thresholdRange: { max: 0 }', 'thresholdRange: { min: 1 }']],
    says: 'expected canary_judge_fail with thresholdRange {max: 0}',
  },
  {
    rule: 'policy-mistake',
    base: 'policy',
    broken: [['soak: 3m', 'soek: 3m']],
    says: 'soek: unknown key "soek", did you mean soak?',
  },
  {
    rule: 'policy-mistake',
    base: 'policy',
    broken: [['{code=~"5.."}', '{code=~"5..}']],
    says: 'metrics[0].bad: ',
  },
  {
    rule: 'policy-warning',
    base: 'policy',
    broken: [['soak: 3m', 'soak: 9m']],
    says: 'soak: warmup and soak need 12m, so no step of 10m can pass',
  },
  {
    rule: 'unreadable',
    base: 'policy',
    broken: [['step: 10m', '\tstep: 10m']],
    says: 'expected spaces for indentation, got a tab',
  },
  {
    rule: 'unrendered-template',
    base: 'deployments',
    broken: [
      [
        '  name: web-stable',
        '  name: {{ .Release.Name }}\n  labels: {{- toYaml .Values.labels | nindent 4 }}',
      ],
    ],
    says: 'expected ',
  },
]
