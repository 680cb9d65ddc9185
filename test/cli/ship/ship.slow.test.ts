import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { weightKey } from '../../../src/cli/ship/cluster.ts'
import { versionOf } from '../../../src/cli/ship/release.ts'
import { runCli } from '../streams.ts'
import { type Lab, openLab } from './lab.ts'
import { clusterKinds } from './lab-cluster.ts'
import { interfere } from './stand-before-kubectl.ts'
import { at } from './objects.ts'
import { ingress } from './seeds.ts'

describe.each(clusterKinds)('canary-judge ship with $name', { timeout: 180_000 }, ({ missing, open }) => {
  describe.skipIf(missing !== undefined)('and a judge that says what the test wants', () => {
    let lab: Lab
    beforeEach(async () => {
      lab = await openLab(await open())
      for (const [name, value] of Object.entries(lab.env)) vi.stubEnv(name, value)
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      return lab.close()
    })

    /** Runs here, and not as a process of its own, so that the coverage knows it. */
    const ship = (...args: readonly string[]) => runCli(['ship', ...args, '--who', 'alice'])
    const start = (...args: readonly string[]) =>
      ship('start', '--stages', '20,50', '--url', lab.judgeUrl, '--interval', '1s', ...args)

    /** The replicas and the image of both arms. */
    const arms = async (...apps: readonly string[]) =>
      Promise.all(apps.flatMap((app) => [lab.arm(`${app}-stable`), lab.arm(`${app}-canary`)]))
    /** Everything that ship may change. */
    const state = (app: string) =>
      lab.kubectl('get', 'deployments', `--selector=app=${app}`, '--output=jsonpath={..annotations} {..spec}')

    const old = (replicas: number) => ({ replicas, image: lab.images.old })
    const fresh = (replicas: number) => ({ replicas, image: lab.images.new })

    test('start shifts stage by stage, asks at each, and promotes, with never fewer pods than before', async () => {
      await lab.seedStable('web', 10)
      const { code, out } = await start('--app', 'web', '--image', lab.images.new, '--why', 'the new search')
      expect(code).toBe(0)
      expect(out).toContain('pass: as the test says')
      const revision = versionOf(lab.images.new)
      expect(lab.asked).toMatchObject([
        { namespace: lab.namespace, name: 'web', canary: { revision }, stable: { revision: '1' } },
        { step: { index: 1, of: 2, weight: 50 }, labels: { image: lab.images.new } },
      ])
      expect(lab.asked[0]?.['step']).toEqual({ index: 0, of: 2, weight: 20, next: 50 })
      expect(await arms('web')).toEqual([fresh(10), fresh(0)])
      // While stable itself is updated, its maxUnavailable at 5 pods is one.
      expect(lab.lowest('web')).toBeGreaterThanOrEqual(9)
      for (const [arm, why] of [
        ['web-canary', 'the new search'],
        ['web-stable', 'pass: as the test says'],
      ] as const) {
        const cause = `${lab.images.new} by alice: ${why}`
        expect(await lab.annotation(arm, 'kubernetes.io/change-cause')).toBe(cause)
        expect(await lab.annotation(arm, 'canary-judge/who')).toBe('alice')
        expect(await lab.annotation(arm, 'canary-judge/why')).toBe(why)
        expect(Date.parse(await lab.annotation(arm, 'canary-judge/when'))).toBeGreaterThan(0)
      }
    })

    test('start of what is live already changes nothing', async () => {
      await lab.seedStable('web', 4, lab.images.new)
      const before = await state('web')
      expect(await start('--app', 'web', '--image', lab.images.new)).toMatchObject({ code: 0 })
      expect(await state('web')).toBe(before)
    })

    test('start refuses another image under the version of stable, and changes nothing', async () => {
      await lab.seedStable('web', 4)
      const before = await state('web')
      // The label of the seeded Deployment has the version 1.
      const { code, err } = await start('--app', 'web', '--image', 'mirror.example.org/web:1')
      expect({ code, err }).toMatchObject({
        code: 3,
        err: expect.stringContaining('expected another version'),
      })
      expect([await state('web'), await lab.arm('web-canary')]).toEqual([before, undefined])
    })

    test('start rolls back a canary that fails at the second stage', async () => {
      await lab.seedStable('web', 10)
      lab.verdict = (request) => (at(request, 'step', 'index') === 1 ? 'fail' : 'pass')
      const { code, err } = await start('--app', 'web', '--image', lab.images.new)
      expect(code).toBe(1)
      expect(err).toContain('rolled-back (fail: as the test says)')
      expect(await arms('web')).toEqual([old(10), fresh(0)])
      expect(lab.lowest('web')).toBe(10)
    })

    test('start rolls back a canary that never gets ready', async () => {
      await lab.seedStable('web', 4)
      const { code, err } = await start('--app', 'web', '--image', lab.images.bad)
      expect(code).toBe(1)
      expect(err).toContain('rolled-back (web-canary not ready in time)')
      expect(lab.asked).toEqual([])
      expect(await arms('web')).toEqual([old(4), { replicas: 0, image: lab.images.bad }])
      expect(lab.lowest('web')).toBe(4)
    })

    test('start reads again where another writer has changed the release in between', async () => {
      await lab.seedStable('web', 4)
      await using between = await interfere(lab, 2)
      const args = ['--stages', '20,50', '--url', lab.judgeUrl, '--app', 'web', '--image', lab.images.new]
      await using started = lab.shipWith(between.env, 'start', ...args)
      expect(await started.ended).toMatchObject({ code: 0 })
      expect(await lab.annotation('web-stable', 'another/tool')).toBe('2')
      expect(await arms('web')).toEqual([fresh(4), fresh(0)])
    })

    test('start of several apps promotes all or none', async () => {
      const apps = ['chat', 'users', 'gateway']
      for (const app of apps) await lab.seedStable(app, 2)
      lab.verdict = ({ name, ...request }) =>
        name === 'users' && at(request, 'step', 'index') === 1 ? 'fail' : 'pass'
      const several = ['--app', apps.join(), '--image', lab.images.new]
      const failed = await start(...several)
      expect(failed).toMatchObject({
        code: 1,
        out: expect.stringContaining('users: fail: as the test says'),
      })
      expect(await arms(...apps)).toEqual(apps.flatMap(() => [old(2), fresh(0)]))
      lab.verdict = () => 'pass'
      expect(await start(...several)).toMatchObject({ code: 0 })
      expect(await arms(...apps)).toEqual(apps.flatMap(() => [fresh(2), fresh(0)]))
      for (const app of apps) {
        expect(await lab.annotation(`${app}-stable`, 'canary-judge/release-with')).toBe('')
        expect(lab.lowest(app)).toBe(2)
      }
    })

    test('an inconclusive stage stays until a person promotes, who may also go back', async () => {
      await lab.seedStable('web', 4)
      lab.verdict = () => 'inconclusive'
      const begun = await start('--app', 'web', '--image', lab.images.new, '--wait', '1s')
      expect(begun).toMatchObject({ code: 2 })
      expect(await arms('web')).toEqual([old(3), fresh(1)])
      const { code, out } = await ship('status', '--app', 'web')
      expect(code).toBe(0)
      expect(out).toContain('stage 1 of 2: 20 %')
      expect(out).toContain(`web-canary  1 of 1 pods ready  ${lab.images.new}`)
      const another = await start('--app', 'web', '--image', lab.images.bad)
      expect(another).toMatchObject({ code: 3, err: expect.stringContaining('expected no other release') })
      expect(await ship('promote', '--app', 'web', '--why', 'looks good')).toMatchObject({ code: 0 })
      expect(await arms('web')).toEqual([fresh(4), fresh(0)])
      expect(await lab.annotation('web-stable', 'canary-judge/why')).toBe('looks good')
      expect(await ship('abort', '--app', 'web')).toMatchObject({ code: 3 })
      expect(await ship('rollback', '--app', 'web', '--why', 'no')).toMatchObject({ code: 0 })
      expect(await arms('web')).toEqual([old(4), fresh(0)])
    })

    test('start ends with 3 while the judge is away, and the same start goes on with the release later', async () => {
      await lab.seedStable('web', 4)
      const { answer } = lab
      const away = { status: 503, body: '{}' }
      lab.answer = (request) => (request.method === 'POST' ? Promise.resolve(away) : answer(request))
      const release = ['--app', 'web', '--image', lab.images.new]
      const begun = await start(...release, '--wait', '1s')
      expect(begun).toMatchObject({ code: 3, err: expect.stringContaining('got status 503') })
      expect(await arms('web')).toEqual([old(3), fresh(1)])
      lab.answer = answer
      const { code, err } = await start(...release)
      expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('goes on with') })
      expect(await arms('web')).toEqual([fresh(4), fresh(0)])
    })

    test('abort in another process ends a start that is waiting for a verdict', async () => {
      await lab.seedStable('web', 4)
      let aborted: Promise<unknown> = Promise.resolve()
      lab.verdict = () => {
        if (lab.asked.length === 1)
          aborted = lab.ship('abort', '--app', 'web', '--why', 'wrong image', '--who', 'bob').ended
        return 'inconclusive'
      }
      const { code, err } = await start('--app', 'web', '--image', lab.images.new)
      expect(await aborted).toMatchObject({ code: 0 })
      expect({ code, err }).toMatchObject({ code: 1 })
      expect(await arms('web')).toEqual([old(4), fresh(0)])
    })

    test('with --nginx the weight is that of the ingress, and stable keeps its pods', async () => {
      await lab.seedStable('web', 4)
      await lab.seed(ingress('web'))
      const weight = () =>
        lab.kubectl(
          'get',
          'ingress/web-canary',
          `--output=jsonpath={.metadata.annotations.${weightKey.replaceAll('.', '\\.')}}`,
        )
      const asked: unknown[] = []
      const { answer } = lab
      lab.answer = async (request) => {
        if (request.method === 'POST') asked.push([await weight(), await lab.arm('web-stable')])
        return answer(request)
      }
      const nginx = ['--app', 'web', '--image', lab.images.new, '--nginx']
      expect(await start(...nginx)).toMatchObject({ code: 0 })
      expect(asked).toEqual([
        ['20', old(4)],
        ['50', old(4)],
      ])
      expect([await weight(), ...(await arms('web'))]).toEqual(['0', fresh(4), fresh(0)])
    })

    test('--dry-run changes nothing, and the commands that it prints lead to the same', async () => {
      await lab.seedStable('web', 10)
      const before = await state('web')
      const { code, out } = await start('--app', 'web', '--image', lab.images.new, '--dry-run')
      expect(code).toBe(0)
      expect(await state('web')).toBe(before)
      expect(lab.asked).toEqual([])
      expect(out).toContain('# wait until ready: web-canary')
      await promisify(execFile)('bash', ['-euc', out], { env: { ...process.env, ...lab.env } })
      expect(await arms('web')).toEqual([fresh(10), fresh(0)])
    })
  })
})
