import { execFileSync } from 'node:child_process'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parsePolicy } from '../../src/formats/policy/parse-policy.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { controllerToken } from '../whole-rollouts/service.ts'
import { askingOnce, exitCodes, outcomes, runScript, startWith } from './pipelines-run.ts'

const root = 'rollouts/pipelines'
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const files = globSync([`${root}/**/*.*`, `${root}/**/.*.yml`, `${root}/**/Jenkinsfile`]).toSorted()
const read = (file: string): string => readFileSync(file, 'utf8')

/** Every command line that asks the service for a verdict, with its continuation lines. */
const commandsIn = (file: string) =>
  [
    ...read(file).matchAll(
      /^[ \-$]*((?:npx (?:--yes )?)?canary-judge(?:@\S+)? check (?:[^\n]*\\\n)*[^\n]*)/gm,
    ),
  ].map(([, command = '']) => ({ file, command }))

const commands = [...files, 'docs/pipelines.md', ...globSync('docs/guides/*.md').toSorted()]
  .flatMap(commandsIn)
  .filter(({ command }) => command.includes('--url'))

/** A line that several files have is run once. */
const different = [...Map.groupBy(commands, ({ command }) => command.replaceAll(/ *\\\n\s*/g, ' '))].map(
  ([command, places]) => ({ command, file: places.map(({ file }) => file).join(', ') }),
)

describe('every line that asks for a verdict', () => {
  test('is found, in each kind of file', () => {
    const found = new Set(commands.map(({ file }) => file.split('/').at(-1)))
    expect([...found]).toEqual(
      expect.arrayContaining(['.gitlab-ci.yml', 'rollout.yml', 'Jenkinsfile', 'shift.sh', 'pipelines.md']),
    )
  })

  test.each(different.flatMap((command) => outcomes.map((outcome) => ({ ...command, outcome }))))(
    'of $file ends with the code of $outcome',
    async ({ command, outcome }) => {
      await using service = await startWith(outcome, ['web', 'chat'])
      const line = askingOnce(command.replace(/ \|\| code=\$\?$/, ''), service.url)
      const ran = await runScript(line, { app: 'chat', id: 'd-1' })
      expect(ran).toMatchObject({ code: exitCodes[outcome] })
    },
  )
})

test('every folder has a README, and the page above lists it', () => {
  for (const folder of folders)
    expect(read(`${root}/README.md`)).toContain(`[${folder}](${folder}/README.md)`)
})

test.each(files.filter((file) => /\.(json|ya?ml)$/.test(file)))('%s can be read', (file) => {
  expect(file.endsWith('.json') ? JSON.parse(read(file)) : parse(read(file))).toBeInstanceOf(Object)
})

test('tracks.yaml is a policy without mistakes', () => {
  expect(parsePolicy(read(`${root}/tracks.yaml`), 'tracks').warnings).toEqual([])
})

// The keys that are used here, after https://docs.gitlab.com/ci/yaml/.
const rule = z.strictObject({
  if: z.string(),
  when: z.enum(['on_success', 'on_failure', 'manual']).optional(),
})
const gitlabJob = z.strictObject({
  stage: z.string().optional(),
  image: z.string().optional(),
  services: z.array(z.string()).optional(),
  extends: z.string().optional(),
  resource_group: z.string().optional(),
  timeout: z.string().optional(),
  rules: z.array(rule).optional(),
  needs: z
    .array(
      z.strictObject({
        job: z.string(),
        artifacts: z.boolean().optional(),
        optional: z.boolean().optional(),
      }),
    )
    .optional(),
  script: z.array(z.string()).optional(),
  artifacts: z.strictObject({ reports: z.strictObject({ dotenv: z.string() }) }).optional(),
})
const gitlabPipeline = z
  .object({ stages: z.array(z.string()), variables: z.record(z.string(), z.string()) })
  .catchall(gitlabJob)

describe('.gitlab-ci.yml', () => {
  const { stages, variables: _, ...jobs } = gitlabPipeline.parse(parse(read(`${root}/gitlab/.gitlab-ci.yml`)))
  const script = (job: string): string => jobs[job]?.script?.join('\n') ?? ''

  test('has jobs with stages and jobs that exist, each with a script', () => {
    for (const [name, { stage, needs = [], ...job }] of Object.entries(jobs)) {
      if (name.startsWith('.')) continue
      expect(stages).toContain(stage)
      expect(job.script).toBeDefined()
      expect(needs.filter(({ job: needed }) => !(needed in jobs))).toEqual([])
    }
  })

  test('starts the canary, and knows what ran before', async () => {
    const { code, calls } = await runScript(`${script('canary')}\ncat stable.env >> "$CALLS"`, {})
    expect(code).toBe(0)
    expect(calls.slice(1)).toEqual([
      'kubectl -n shop set image deployment/web-canary web=registry.example.org/web:1.0.2',
      'kubectl -n shop scale deployment/web-canary --replicas=1',
      'kubectl -n shop rollout status deployment/web-canary --timeout=5m',
      'STABLE=1.0.1',
    ])
  })

  test('rollback takes the canary back and gives stable its image', async () => {
    const { calls } = await runScript(script('rollback'), {})
    expect(calls).toEqual([
      'kubectl -n shop scale deployment/web-canary --replicas=0',
      'kubectl -n shop set image deployment/web-stable web=registry.example.org/web:1.0.1',
      'kubectl -n shop rollout status deployment/web-stable --timeout=10m',
    ])
  })
})

describe.skipIf(goToolMissing('actionlint') !== undefined)('with actionlint', () => {
  test.each(globSync(`${root}/github-actions/*.yml`))('%s has no mistakes', (file) => {
    const config = ['-shellcheck=', '-pyflakes=', '-ignore', 'label "production" is unknown']
    expect(execFileSync('actionlint', [...config, file], { encoding: 'utf8' })).toBe('')
  })
})

describe('Jenkinsfile', () => {
  const blocks = [...read(`${root}/jenkins/Jenkinsfile`).matchAll(/sh '''\n(.*?)'''/gs)].map(
    ([, text = '']) => text,
  )

  test('asks with what the stage before has found, and rolls back by it', async () => {
    const [canary = '', judge = '', , rollback = ''] = blocks
    await using service = await startWith('pass', ['web'])
    const { code, calls } = await runScript(askingOnce(canary + judge + rollback, service.url), {})
    expect(code).toBe(0)
    expect(calls).toContain(
      'kubectl -n shop set image deployment/web-stable web=registry.example.org/web:1.0.1',
    )
  })
})

const tektonTask = z.object({
  kind: z.literal('Task'),
  spec: z.object({
    params: z.array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        default: z.string().optional(),
        description: z.string().optional(),
      }),
    ),
    steps: z.tuple([z.object({ command: z.array(z.string()), args: z.array(z.string()) })]),
  }),
})

test.each(outcomes)('the Tekton Task ends with the code of %s', async (outcome) => {
  const { params, steps } = tektonTask.parse(parse(read(`${root}/tekton/task.yaml`))).spec
  await using service = await startWith(outcome, ['web'])
  const given: Readonly<Record<string, string>> = {
    canary: '1.0.2',
    stable: '1.0.1',
    url: service.url,
    wait: '1s',
  }
  const values = Object.fromEntries(
    params.map((param) => [param.name, given[param.name] ?? param.default ?? '']),
  )
  const args = steps[0].args.map((arg) =>
    arg
      .replaceAll(/\$\(params\.(\w+)\)/g, (_match, name: string) => values[name] ?? 'missing')
      .replace(/^--token-file=.*/, '--token-file=token'),
  )
  const { code } = await runScript([...steps[0].command, ...args].map((word) => `'${word}'`).join(' '), {})
  expect(code).toBe(exitCodes[outcome])
})

const webhookStage = z.looseObject({
  url: z.url(),
  method: z.literal('GET'),
  waitForCompletion: z.literal(true),
  statusUrlResolution: z.literal('getMethod'),
  statusJsonPath: z.literal('$.data.result[0].metric.verdict'),
  successStatuses: z.string(),
  terminalStatuses: z.string(),
})
const series = z.object({ metric: z.object({ verdict: z.string() }) })
const metricAnswer = z.object({ data: z.object({ result: z.tuple([series]) }) })

test.each(outcomes)("Spinnaker's webhook stage knows %s", async (outcome) => {
  const stage = webhookStage.parse(JSON.parse(read(`${root}/spinnaker/webhook-stage.json`)))
  await using service = await startWith(outcome, ['web'])
  const headers = { Authorization: `Bearer ${controllerToken}` }
  const answer = await fetch(stage.url.replace('https://judge.example.org', service.url), { headers })
  expect(answer.status).toBe(200)
  const { verdict } = metricAnswer.parse(await answer.json()).data.result[0].metric
  const known = { [stage.successStatuses]: 'pass', [stage.terminalStatuses]: 'fail' }
  expect(known[verdict] ?? 'inconclusive').toBe(outcome)
})
