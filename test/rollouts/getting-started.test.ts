import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { helm, toObjects } from '../charts/parts/helm.ts'
import { runArgoRollout } from '../controllers/argo/argo.ts'
import { callsOf } from '../controllers/controller-log.ts'
import { argoReply } from '../controllers/fake-service.ts'
import { readCanary } from '../controllers/flagger/manifests.ts'
import type { Manifest } from '../controllers/manifests.ts'
import { createSimulatedClock } from '../controllers/simulated-clock.ts'
import { flaggerMistakes } from '../support/mistakes/flagger-mistakes.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { kubernetesMistakes, kubernetesObject } from '../support/mistakes/kubernetes-mistakes.ts'
import { kustomizeMissing, render } from '../support/parts/kustomize.ts'
import { startCli } from '../support/service/start-cli.ts'
import { toolsMissing } from '../support/parts/tools.ts'
import { annsToken, controllerToken } from '../whole-rollouts/service.ts'
import { runScript, startWith } from './pipelines-run.ts'

const page = readFileSync('docs/getting-started.md', 'utf8')
const [forArgo = '', forFlagger = ''] = [...page.matchAll(/```yaml\n(resources: .*?)```/gs)].map(
  ([, text = '']) => text,
)
/** The commands of the page, each joined to one line. */
const commands = [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, text = '']) =>
  text
    .replaceAll(/ *\\\n\s*/g, ' ')
    .trim()
    .split('\n'),
)
const commandOf = (start: string): string => commands.find((each) => each.startsWith(start)) ?? ''

/** The objects of a kustomization of the page, in a folder beside `rollouts`. */
async function made(kustomization: string): Promise<readonly Manifest[]> {
  const checkout = await mkdtemp(join(tmpdir(), 'canary-judge-checkout-'))
  try {
    await cp('rollouts', join(checkout, 'rollouts'), { recursive: true })
    await mkdir(join(checkout, 'my-shop'))
    await writeFile(join(checkout, 'my-shop', 'kustomization.yaml'), kustomization)
    return await render(join(checkout, 'my-shop'))
  } finally {
    await rm(checkout, { recursive: true })
  }
}

describe.skipIf(kustomizeMissing() !== undefined)('the kustomizations of docs/getting-started.md', () => {
  let argo: readonly Manifest[] = []
  let flagger: readonly Manifest[] = []
  beforeAll(async () => {
    argo = await made(forArgo)
    flagger = await made(forFlagger)
  })

  test('make objects that the API server accepts, with podinfo as the image', async () => {
    const all = [...argo, ...flagger].map(({ document }) => kubernetesObject.parse(document))
    const mistakes = await Promise.all(
      all.map(async (each) => flaggerMistakes(each) ?? kubernetesMistakes(each)),
    )
    expect(mistakes.flat()).toEqual([])
    for (const workload of all.filter(({ kind }) => kind === 'Rollout' || kind === 'Deployment'))
      expect(workload).toMatchObject({
        spec: {
          template: {
            metadata: { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' } },
            spec: {
              containers: [
                {
                  image: 'ghcr.io/stefanprodan/podinfo:6.9.1',
                  env: [{ name: 'PODINFO_PORT', value: '8080' }],
                  ports: [{ containerPort: 8080 }],
                },
              ],
            },
          },
        },
      })
  })

  test('ask at each step of the Rollout by the policy for podinfo', async () => {
    const { phase, log } = await runArgoRollout({
      manifests: argo,
      call: () => Promise.resolve(argoReply('pass')),
      clock: createSimulatedClock(0),
      onWeight: () => undefined,
      stableHash: '6b8d7c5f4b',
      canaryHash: '79c4bfb5d',
      secrets: { 'canary-judge/token': controllerToken },
    })
    expect(phase).toBe('Healthy')
    const bodies = callsOf(log).map(({ body }) => JSON.parse(body))
    expect(bodies).toHaveLength(3)
    for (const body of bodies) expect(body).toMatchObject({ policy: 'application-status', name: 'web' })
  })

  test('ask at each hook of the Canary by the policy for podinfo', () => {
    const { webhooks } = readCanary(flagger).spec.analysis
    const judges = webhooks.filter(({ name }) => name.startsWith('judge-'))
    expect(judges).toHaveLength(8)
    for (const { metadata } of judges) expect(metadata).toMatchObject({ policy: 'application-status' })
  })
})

describe.skipIf(goToolMissing('helm') !== undefined)(
  'the chart as docs/getting-started.md installs it',
  () => {
    test('runs the image that was built, and asks the Prometheus that was installed', async () => {
      const [, args = ''] = /^helm install (.*) --wait$/.exec(commandOf('helm install canary-judge ')) ?? []
      const objects = toObjects(await helm(['template', ...args.split(' ')]))
      const deployment = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'))
      expect(deployment).toContain('"image":"canary-judge:dev"')
      expect(deployment).toContain('{"name":"PROMETHEUS_URL","value":"http://prometheus-server.monitoring"}')
      const secret = objects.find(({ kind }) => kind === 'Secret')
      const reads = [...page.matchAll(/get secret (\S+) -o jsonpath='\{\.data\.(\w+)\}'/g)]
      expect(reads.map(([, name, key]) => [name, key])).toEqual([
        ['canary-judge-tokens', 'judge'],
        ['canary-judge-tokens', 'read'],
      ])
      for (const [, name, key = ''] of reads)
        expect(secret).toMatchObject({ metadata: { name }, data: { [key]: expect.any(String) } })
    })
  },
)

describe('the commands of docs/getting-started.md that are ours', () => {
  test('doctor takes its flags, and says that there is no Prometheus here', async () => {
    const [, args = ''] = /-- canary-judge (doctor .*)$/.exec(commandOf('kubectl -n canary-judge exec')) ?? []
    await using started = startCli([...args.split(' '), '--prometheus', 'http://127.0.0.1:9'])
    expect(await started.ended).toMatchObject({ code: 3, stderr: '' })
  })

  test.skipIf(toolsMissing() !== undefined)(
    'the history of web is asked for with a token that may read',
    async () => {
      await using service = await startWith('inconclusive', [])
      const line = commandOf('curl ')
        .replace('http://localhost:8080', service.url)
        .replace('curl ', 'curl -f ')
      const ran = await runScript(line, { READ: annsToken })
      expect([ran.code, JSON.parse(ran.output)]).toEqual([0, { runs: [] }])
    },
  )
})

test.skipIf(toolsMissing() !== undefined)(
  'the loop of docs/guides/several-services.md rejects each service of the release',
  async () => {
    const guide = readFileSync('docs/guides/several-services.md', 'utf8')
    const [, loop = ''] = /^(for app in [^\n]*\n {2}curl .*?^done)$/ms.exec(guide) ?? []
    await using service = await startWith('inconclusive', [])
    const ran = await runScript(loop, { TOKEN: annsToken, JUDGE_URL: service.url })
    expect(ran.code).toBe(0)
    expect(ran.output.match(/"decision":"reject"/g)).toHaveLength(3)
  },
)
