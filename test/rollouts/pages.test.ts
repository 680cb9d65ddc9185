import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readIstioRollout } from '../controllers/argo/istio.ts'
import { callsOf } from '../controllers/controller-log.ts'
import { argoReply, createFakeService, status, times } from '../controllers/fake-service.ts'
import { runFlaggerCanary } from '../controllers/flagger/flagger.ts'
import { hookTypes } from '../controllers/flagger/manifests.ts'
import { readManifests } from '../controllers/manifests.ts'
import { runArgoRollout } from '../controllers/argo/argo.ts'
import { createSimulatedClock } from '../controllers/simulated-clock.ts'

const start = 0
const canary = readManifests(['rollouts/flagger/base/canary.yaml'])

function judge(hooks: Readonly<Record<string, ReturnType<typeof status>[]>>) {
  const script = hookTypes.map((type) => [`/v1/flagger/${type}`, hooks[type] ?? [status(200)]] as const)
  return createFakeService(Object.fromEntries(script)).call
}

test('docs/flagger.md shows the healthy rollout that the model makes of canary.yaml', async () => {
  const held = [200, 425, 200].map((code) => status(code))
  const call = judge({ rollback: [status(409)], 'confirm-traffic-increase': held })
  const clock = createSimulatedClock(start)
  const { log } = await runFlaggerCanary({ manifests: canary, call, clock, onWeight: () => undefined })
  const made = callsOf(log)
    .filter(({ purpose }) => purpose !== 'event')
    .map(({ at, purpose, result }) => `${at / 60_000}:00 ${purpose} ${result}`)
  const page = readFileSync('docs/flagger.md', 'utf8')
  const shown = [...page.matchAll(/^(\d:00) (.*)$/gm)].flatMap(([, minute, rest = '']) =>
    [...rest.matchAll(/([a-z-]+) (\d{3})\b/g)].map(([, hook, code]) => `${minute} ${hook} ${code}`),
  )
  expect(shown).toEqual(made)
})

/** The minute of the rollback when the judge fails the canary in minute 3. */
async function minuteOfRollback(threshold: number): Promise<number | undefined> {
  const call = judge({
    rollout: [status(200), status(412)],
    rollback: [...times(3, status(409)), status(200)],
  })
  const clock = createSimulatedClock(start)
  const yaml = readFileSync('rollouts/flagger/base/canary.yaml', 'utf8')
  expect(yaml).toContain('threshold: 10')
  const manifests = canary.map((manifest) => ({
    ...manifest,
    document: JSON.parse(
      JSON.stringify(manifest.document).replace('"threshold":10', `"threshold":${threshold}`),
    ),
  }))
  let minute: number | undefined
  const onWeight = (weight: number): void => {
    if (weight === 0) minute = clock.now() / 60_000
  }
  await runFlaggerCanary({ manifests, call, clock, onWeight })
  return minute
}

test('a lower threshold rolls a bad canary back no earlier, because the rollback hook acts first', async () => {
  expect(await minuteOfRollback(10)).toBe(4)
  expect(await minuteOfRollback(1)).toBe(4)
})

test('a judge that is away for less than three seconds costs no failed check', async () => {
  const clock = createSimulatedClock(start)
  const well = judge({ rollback: [status(409)], 'confirm-traffic-increase': [status(200), status(425)] })
  const result = await runFlaggerCanary({
    manifests: canary,
    call: (url, request) => {
      const away = clock.now() >= 120_000 && clock.now() < 122_900
      return away ? Promise.resolve({ failure: 'ECONNREFUSED' }) : well(url, request)
    },
    clock,
    onWeight: () => undefined,
    maxTicks: 4,
  })
  expect(result).toMatchObject({ phase: 'Progressing', failedChecks: 0 })
})

test.each([
  ['1 minute 40 seconds', 0, 100],
  ['4 minutes 25 seconds', 20_000, 265],
])('docs/argo.md: the judge may be away for %s', async (text, tookMs, seconds) => {
  expect(readFileSync('docs/argo.md', 'utf8')).toContain(text)
  const clock = createSimulatedClock(start)
  const { phase } = await runArgoRollout({
    manifests: readIstioRollout(),
    call: () => Promise.resolve({ failure: 'ECONNREFUSED', tookMs }),
    clock,
    onWeight: () => undefined,
    stableHash: 'aaa',
    canaryHash: 'bbb',
    secrets: { 'canary-judge/token': 'x' },
  })
  expect([phase, clock.now()]).toEqual(['Degraded', seconds * 1000])
})

test('the request that docs/argo.md sends by hand has the fields of the template', async () => {
  const page = readFileSync('docs/argo.md', 'utf8')
  const shown: unknown = JSON.parse(/-d '(.*)'/.exec(page)?.[1] ?? '')
  const { log } = await runArgoRollout({
    manifests: readIstioRollout(),
    call: () => Promise.resolve(argoReply('pass')),
    clock: createSimulatedClock(start),
    onWeight: () => undefined,
    stableHash: '6b8d7c5f4b',
    canaryHash: '79c4bfb5d',
    secrets: { 'canary-judge/token': 'x' },
  })
  expect(shown).toEqual(JSON.parse(callsOf(log)[0]?.body ?? ''))
})
