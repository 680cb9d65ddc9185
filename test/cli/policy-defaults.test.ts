import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { readPolicyFile } from '../../src/cli/read-policy-file.ts'
import { analyze, outcomesBySlice } from '../../src/engine/index.ts'
import { recordingToJson } from '../../src/formats/recording/recording-to-json.ts'
import { fixtureRecording } from '../support/stand-ins/fake-source.ts'
import { collect } from './streams.ts'

let folder = ''
const path = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-defaults-'))
  await mkdir(path('judge'))
  const metric = `{ name: errors, kind: errors, total: a_total, bad: 'a_total{code="500"}' }`
  await writeFile(path('web.yaml'), `name: web\nhistory: 60m\nmetrics: [${metric}]\n`)
  await writeFile(path('heir.yaml'), 'name: heir\nextends: web\nsoak: 2m\n')
  await writeFile(
    path('judge/config.yaml'),
    'defaults: { rollout: 60m, soak: 4m, source: eu, tolerances: { errors: 30 } }\n',
  )
  await writeFile(
    path('judge/sources.yaml'),
    'defaults: { source: eu }\nsources: { us: { url: http://127.0.0.1:1 } }\n',
  )
  await writeFile(path('judge/wrong.yaml'), 'defaults: { rolout: 60m }\n')
})
afterAll(() => rm(folder, { recursive: true }))

async function run(args: readonly string[], input = '') {
  const streams = collect(input)
  const engine = { analyze, outcomesBySlice }
  const code = await runCommandLine(args, { ...streams, engine, version: '1' })
  return { code, out: streams.out(), err: streams.err() }
}

test('readPolicyFile() fills in the defaults of the configuration that is named, else that of the environment', async () => {
  const [config, env] = [path('judge/config.yaml'), { CANARY_JUDGE_CONFIG: path('judge/config.yaml') }]
  const read = async (file: string, place: Parameters<typeof readPolicyFile>[1]) => {
    const { rolloutSeconds, soakSeconds, metrics } = (await readPolicyFile(path(file), place)).policy
    return { rolloutSeconds, soakSeconds, tolerance: metrics[0]?.tolerance }
  }
  const plain = { rolloutSeconds: 1800, soakSeconds: 180, tolerance: 1 }
  const filled = { rolloutSeconds: 3600, soakSeconds: 240, tolerance: 30 }
  expect(await read('web.yaml', { env: {} })).toEqual(plain)
  expect(await read('web.yaml', { env: { CANARY_JUDGE_CONFIG: ' ' } })).toEqual(plain)
  expect(await read('web.yaml', { env })).toEqual(filled)
  expect(await read('web.yaml', { env: {}, config })).toEqual(filled)
  expect(await read('web.yaml', { env: { CANARY_JUDGE_CONFIG: '/nowhere' }, config })).toEqual(filled)
  expect(await read('heir.yaml', { env, config })).toEqual({ ...filled, soakSeconds: 120 })
})

test('replay --config judges by the defaults of the configuration', async () => {
  const recording = JSON.stringify(recordingToJson(fixtureRecording('errors-x10')))
  const judged = async (...flags: readonly string[]) => {
    const { out, err } = await run(['replay', '--policy', path('web.yaml'), ...flags], recording)
    const { final, firstFail } = JSON.parse(out)
    return { final, failed: firstFail !== null, err }
  }
  expect(await judged()).toEqual({ final: 'fail', failed: true, err: '' })
  expect(await judged('--config', path('judge/config.yaml'))).toMatchObject({ failed: false, err: '' })
})

test('plan --config plans by the defaults of the configuration', async () => {
  const { out } = await run([
    'plan',
    '--rps',
    '20',
    '--policy',
    path('web.yaml'),
    '--config',
    path('judge/config.yaml'),
  ])
  expect(out).toContain('\nsteps: 5% for 20 min, 25% for 20 min, 50% for 20 min\n')
})

const workload = ['--namespace', 'shop', '--name', 'web']
test('doctor --config takes the source from the defaults of the configuration', async () => {
  const args = ['doctor', '--policy', path('web.yaml'), '--config', path('judge/sources.yaml'), ...workload]
  expect((await run(args)).out).toContain('source: expected one of the sources (us), got "eu"')
})

test.each([
  ['aa', ...workload],
  ['backtest', ...workload],
])('%s --config takes the source from the defaults of the configuration', async (...args) => {
  const { code, err } = await run([
    ...args,
    '--policy',
    path('web.yaml'),
    '--config',
    path('judge/sources.yaml'),
  ])
  expect(code).toBe(3)
  expect(err).toContain('"eu"')
})

test.each(['replay', 'doctor', 'aa', 'backtest', 'plan'])(
  '%s refuses a configuration with a mistake, and names its place',
  async (command) => {
    const more = command === 'replay' ? [] : command === 'plan' ? ['--rps', '5'] : workload
    for (const [file, message] of [
      [
        'judge/wrong.yaml',
        'wrong.yaml: line 1, column 13: defaults.rolout: unknown key "rolout", did you mean rollout?',
      ],
      ['judge/nowhere.yaml', `expected a readable file at ${path('judge/nowhere.yaml')}`],
    ] as const) {
      const { code, err } = await run([
        command,
        '--policy',
        path('web.yaml'),
        '--config',
        path(file),
        ...more,
      ])
      expect(err).toContain(message)
      expect(code).toBe(3)
    }
  },
)

test('a command says which mistake is in the policy that a file extends', async () => {
  await mkdir(path('broken'))
  await writeFile(path('broken/base.yaml'), 'name: base\nextends: istio\nsoek: 3m\n')
  await writeFile(path('broken/heir.yaml'), 'name: heir\nextends: base\n')
  const { code, err } = await run(['replay', '--policy', path('broken/heir.yaml')])
  expect(code).toBe(3)
  expect(err).toContain('heir.yaml: extends: base has mistakes itself: ')
  expect(err).toContain('base.yaml: line 3, column 1: soek: unknown key "soek", did you mean soak?')
})

test('a command takes the name of a bundled policy in place of a file', async () => {
  const { policy } = await readPolicyFile('istio-service', { env: {} })
  expect([policy.name, policy.metrics.length]).toEqual(['istio-service', 6])
  expect((await run(['plan', '--rps', '20', '--policy', 'application'])).code).toBe(0)
  const { code, err } = await run(['replay', '--policy', 'istoi'])
  expect(code).toBe(3)
  expect(err).toMatch(
    /^canary-judge: expected a policy file, or the name of a bundled policy \(application, .*, traefik\), got "istoi", did you mean istio\?\n$/,
  )
})
