import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../../../src/cli/command-line.ts'
import { doctor, type DoctorFlags } from '../../../src/cli/doctor/doctor.ts'
import {
  type SimulatedPrometheus,
  startSimulatedPrometheus,
} from '../../support/simulated-prometheus/start-simulated-prometheus.ts'
import { application, canary, stable, until } from '../../sources/prometheus/diagnosis/case.ts'
import { collect, fixedEngine } from '../streams.ts'

const clock = { now: () => until }
const asked: { readonly authorization: string | undefined }[] = []
let folder = ''
let server: SimulatedPrometheus
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-doctor-'))
  await writeFile(
    join(folder, 'web.yaml'),
    'name: web\nhistory: 60m\nmetrics: [{name: errors, kind: errors}]\n',
  )
  await writeFile(
    join(folder, 'eu.yaml'),
    'name: web\nsource: eu\nhistory: 60m\nmetrics: [{name: errors, kind: errors}]\n',
  )
  const four = [1, 2, 3, 4].map((n) => `{name: e${n}, kind: errors}`).join(', ')
  await writeFile(join(folder, 'many.yaml'), `name: web\nhistory: 60m\nmetrics: [${four}]\n`)
  await writeFile(
    join(folder, 'bad.yaml'),
    'name: web\nmetrics: [{name: errors, kind: errrors}, {kind: errors}]\n',
  )
  server = await startSimulatedPrometheus({
    clock,
    series: application('shop'),
    onCall: ({ headers }) => asked.push({ authorization: headers.authorization }),
  })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

async function run(change: Partial<DoctorFlags> = {}, file = 'web.yaml', revision: string | null = stable) {
  const { output, errors, out, err } = collect('')
  const flags: DoctorFlags = {
    policy: join(folder, file),
    namespace: 'shop',
    name: 'web',
    canary,
    ...(revision !== null && { stable: revision }),
    minutes: 30,
    timeout: 20,
    ...(change.config === undefined && { prometheus: server.url }),
    ...change,
  }
  const code = await doctor(flags, { env: {}, clock, output, errors })
  return { code, out: out(), err: err() }
}

describe('canary-judge doctor', () => {
  test('doctor writes an aligned report and ends with 0 where all is there', async () => {
    const { code, out, err } = await run({ verbose: true })
    expect([code, err]).toEqual([0, ''])
    const golden = new URL('../golden/doctor.txt', import.meta.url)
    if (process.env['UPDATE_GOLDEN'] !== undefined) await writeFile(golden, out)
    expect(out).toBe(await readFile(golden, 'utf8'))
  })

  test.each([
    [stable, {}, false],
    [null, {}, true],
    [stable, { param: { controller: 'flagger' } }, true],
    [null, { param: { controller: 'argo' } }, false],
    [null, { json: true } as const, false],
  ])(
    'doctor of stable %j with %j says that hooks of Flagger cannot be seen: %j',
    async (revision, change, said) => {
      const { out } = await run(change, 'web.yaml', revision)
      expect(out.includes('\nWhich hooks the Canary calls cannot be seen here: ')).toBe(said)
    },
  )

  test('doctor ends with 1 and names the cause where something required is missing', async () => {
    const { code, out } = await run({ namespace: 'shops', verbose: true })
    expect(code).toBe(1)
    expect(out).toContain(
      '✗ errors (errors) from default\n  ✗ no series for either arm: none of 3 series has',
    )
    expect(out).toContain('1 problem in the way of a verdict, no warnings.\n')
  })

  test('doctor says the answer and its causes first, in five lines, with the way to the rest', async () => {
    expect((await run()).out).toBe(
      'web for shop/web: All that a verdict needs is there.\nEach query and label: --verbose\n',
    )
    const missing = (await run({ namespace: 'shops' })).out.split('\n')
    expect(missing[0]).toBe('web for shops/web: 1 problem in the way of a verdict, no warnings.')
    expect(missing[1]).toMatch(/^✗ errors: no series for either arm: none of 3 series has/)
    const flagger = await run({ namespace: 'shops' }, 'many.yaml', null)
    const lines = flagger.out.trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[3]).toBe('2 more, and each query and label: --verbose')
    expect(lines[4]).toContain('Which hooks the Canary calls')
  })

  test('doctor ends with 3 where Prometheus does not answer', async () => {
    const { code, out } = await run({ prometheus: 'http://127.0.0.1:1', verbose: true })
    expect(code).toBe(3)
    expect(out).toContain(
      '✗ source default: no connection to Prometheus (ECONNREFUSED); nothing listens there',
    )
    expect(out).toContain('! errors (errors) from default\n')
  })

  test('doctor --json writes the diagnosis', async () => {
    const { code, out } = await run({
      json: true,
      minutes: 10,
      at: until - 60_000,
      param: { controller: 'argo' },
    })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ ok: true, minutes: 10, at: '2026-02-01T11:59:00.000Z' })
  })

  test('doctor --prometheus stands for every source that the policy names', async () => {
    expect((await run({}, 'eu.yaml')).code).toBe(0)
  })

  test('doctor --config asks its sources with their credentials, and shows none of them', async () => {
    const config = join(folder, 'config.yaml')
    await writeFile(config, `sources: {eu: {url: '${server.url}', auth: {bearer: very-secret}}}\n`)
    const { code, out, err } = await run({ config }, 'eu.yaml')
    expect(code).toBe(0)
    expect(asked.at(-1)?.authorization).toBe('Bearer very-secret')
    expect(out + err).not.toContain('very-secret')
    const other = await run({ config, json: true })
    expect(other.code).toBe(1)
    expect(JSON.parse(other.out).metrics[0].findings[0].text).toContain(
      'one of the sources (eu), got "default"',
    )
  })

  test('doctor ends with 3 and every mistake of the policy', async () => {
    const { code, out, err } = await run({}, 'bad.yaml')
    expect([code, out]).toEqual([3, ''])
    expect(err.split('\n').length).toBeGreaterThan(2)
    expect(err).toContain('errrors')
  })

  test.each([
    [{ policy: '/no/such/file.yaml' }, 'expected a readable policy file at /no/such/file.yaml'],
    [{ config: '/no/such/config.yaml' }, '/no/such/config.yaml'],
    [{ prometheus: 'ftp://x' }, 'canary-judge: --prometheus: expected an http or https URL'],
    [{ prometheus: 'http://user:secret@127.0.0.1:1' }, 'without user'],
  ])('doctor ends with 3 at %j', async (change, message) => {
    const { code, err } = await run(change)
    expect(code).toBe(3)
    expect(err).toContain(message)
    expect(err).not.toContain('secret')
  })

  test('doctor ends with 3 where no source is configured', async () => {
    const config = join(folder, 'empty.yaml')
    await writeFile(config, 'sources: {}\n')
    const { code, err } = await run({ config })
    expect([code, err]).toEqual([
      3,
      'canary-judge: expected a Prometheus: --prometheus URL, --config FILE or PROMETHEUS_URL\n',
    ])
  })
})

async function commandLine(...args: readonly string[]) {
  const streams = collect('')
  const all = [
    'doctor',
    '--policy',
    join(folder, 'web.yaml'),
    '--namespace',
    'shop',
    '--name',
    'web',
    ...args,
  ]
  const code = await runCommandLine(all, { ...streams, engine: fixedEngine, version: '1.2.3' })
  return { code, out: streams.out(), err: streams.err() }
}

describe('the command line of doctor', () => {
  test('doctor takes every flag from the command line', async () => {
    const written = `--canary ${canary} --stable ${stable} --param controller=argo --param target=web --prometheus ${server.url} --minutes 20 --at 2026-02-01T12:00:00Z --timeout 9 --verbose`
    const { code, out } = await commandLine(...written.split(' '))
    expect(code).toBe(0)
    expect(out).toContain('web for shop/web, the 20 minutes until 2026-02-01T12:00:00.000Z')
  })

  test.each([
    [['--param', 'controller'], 'expected key=value'],
    [['--param', '__proto__=x'], 'expected key=value'],
    [['--minutes', '0'], 'expected a whole number from 1 to 1440'],
    [['--timeout', '1e3'], 'expected a whole number from 1 to 600'],
    [['--at', 'yesterday'], 'expected a time such as'],
  ])('doctor ends with 3 at the flags %j', async (args, message) => {
    const { code, err } = await commandLine(...args)
    expect(code).toBe(3)
    expect(err).toContain(message)
  })
})
