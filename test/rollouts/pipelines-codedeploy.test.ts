import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { controllerToken } from '../whole-rollouts/service.ts'
import { askingOnce, exitCodes, outcomes, runScript, startWith } from './pipelines-run.ts'

const root = 'rollouts/pipelines/codedeploy'
const run = promisify(execFile)

/** Replaces the AWS client of the Lambda runtime, and keeps the commands that it gets. */
const client = `
export class PutLifecycleEventHookExecutionStatusCommand { constructor(input) { this.input = input } }
export class CodeDeployClient { async send({ input }) { console.log(JSON.stringify(input)) } }
`
const event = { DeploymentId: 'd-1', LifecycleEventHookExecutionId: 'e-1' }
const main = `
import { handler } from './hook.mjs'
await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 })
`

async function runHook(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-judge-lambda-'))
  try {
    const module = join(folder, 'node_modules/@aws-sdk/client-codedeploy')
    mkdirSync(module, { recursive: true })
    writeFileSync(join(module, 'package.json'), '{"type": "module", "exports": "./index.js"}')
    writeFileSync(join(module, 'index.js'), client)
    copyFileSync(`${root}/hook.mjs`, join(folder, 'hook.mjs'))
    writeFileSync(join(folder, 'main.mjs'), main)
    const { stdout } = await run(process.execPath, [join(folder, 'main.mjs')], { env, timeout: 60_000 })
    return stdout.trim().split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const variables = { JUDGE_TOKEN: controllerToken, JUDGE_POLICY: 'tracks', NAMESPACE: 'shop', NAME: 'web' }

test.each(outcomes)('the Lambda lets a deployment go on after pass alone: %s', async (outcome) => {
  await using service = await startWith(outcome, ['web'])
  const [summary = '', sent = ''] = await runHook({ ...variables, JUDGE_URL: service.url })
  expect(summary).toMatch(new RegExp(`^${outcome}: `))
  expect(JSON.parse(sent)).toEqual({
    deploymentId: 'd-1',
    lifecycleEventHookExecutionId: 'e-1',
    status: outcome === 'pass' ? 'Succeeded' : 'Failed',
  })
})

test('the Lambda says Failed, and why, where the service does not answer', async () => {
  const [summary = '', sent = ''] = await runHook({ ...variables, JUDGE_URL: 'http://127.0.0.1:9' })
  expect(summary).toContain('fetch failed')
  expect(JSON.parse(sent)).toMatchObject({ status: 'Failed' })
})

test('the Lambda has no more than 40 lines', () => {
  expect(readFileSync(`${root}/hook.mjs`, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(40)
})

// After https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html, for ECS.
const appSpec = z.strictObject({
  version: z.literal(0),
  Resources: z.tuple([
    z.strictObject({
      TargetService: z.strictObject({
        Type: z.literal('AWS::ECS::Service'),
        Properties: z.strictObject({
          TaskDefinition: z.string().startsWith('arn:aws:ecs:'),
          LoadBalancerInfo: z.strictObject({ ContainerName: z.string(), ContainerPort: z.int() }),
        }),
      }),
    }),
  ]),
  Hooks: z.array(
    z.partialRecord(
      z.enum([
        'BeforeInstall',
        'AfterInstall',
        'AfterAllowTestTraffic',
        'BeforeAllowTraffic',
        'AfterAllowTraffic',
      ]),
      z.string().startsWith('arn:aws:lambda:'),
    ),
  ),
})

test('appspec.yaml has the form of one for ECS', () => {
  expect(appSpec.parse(parse(readFileSync(`${root}/appspec.yaml`, 'utf8'))).Hooks).toHaveLength(1)
})

test.each(outcomes)('shift.sh stops the deployment unless it is a pass: %s', async (outcome) => {
  await using service = await startWith(outcome, ['web'])
  const script = askingOnce(readFileSync(`${root}/shift.sh`, 'utf8'), service.url)
  const { code, calls } = await runScript(script, {})
  expect(code).toBe(exitCodes[outcome])
  const stops = calls.filter((call) => call.includes('stop-deployment'))
  expect(stops).toEqual(
    outcome === 'pass' ? [] : ['aws deploy stop-deployment --deployment-id d-1 --auto-rollback-enabled'],
  )
})
