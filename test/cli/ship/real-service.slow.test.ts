import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { controllerToken } from '../../whole-rollouts/service.ts'
import { type Lab, openLab } from './lab.ts'
import { clusterKinds } from './lab-cluster.ts'
import { at } from './objects.ts'
import { type ReleaseWorldOptions, startReleaseWorld } from './release-world.ts'

const apps = ['chat', 'users', 'gateway']
const policies = { deployments: readFileSync('rollouts/deployments/policy.yaml', 'utf8') }

describe.each(clusterKinds)('canary-judge ship with $name', { timeout: 300_000 }, ({ missing, open }) => {
  describe.skipIf(missing !== undefined)('and the whole service', () => {
    let lab: Lab
    beforeEach(async () => {
      lab = await openLab(await open())
      for (const app of apps) await lab.seedStable(app, 4)
    })
    afterEach(() => lab.close())

    async function start(
      options: Omit<ReleaseWorldOptions, 'apps' | 'policies'>,
      { token = controllerToken, policy = 'deployments' } = {},
    ) {
      await using world = await startReleaseWorld({ apps, policies, ...options })
      lab.answer = world.answer
      const env = { ...lab.env, CANARY_JUDGE_TOKEN: token }
      const release = ['--app', apps.join(), '--image', lab.images.new, '--stages', '25,50']
      const judging = ['--url', lab.judgeUrl, '--policy', policy, '--minutes', '10', '--interval', '1s']
      await using started = lab.shipWith(env, 'start', ...release, ...judging)
      const [out, ended] = await Promise.all([text(started.child.stdout), started.ended])
      return { code: ended.code, out, err: ended.stderr }
    }
    const arms = () =>
      Promise.all(apps.flatMap((app) => [lab.arm(`${app}-stable`), lab.arm(`${app}-canary`)]))
    const old = { replicas: 4, image: '' }

    test('promotes three apps whose canaries are as good as stable', async () => {
      const { code, out, err } = await start({})
      expect({ code, err }).toMatchObject({ code: 0 })
      expect(out.match(/pass: /g)).toHaveLength(2 * apps.length)
      expect(new Set(lab.asked.map((each) => at(each, 'step', 'weight')))).toEqual(new Set([25, 50]))
      const promoted = [
        { ...old, image: lab.images.new },
        { replicas: 0, image: lab.images.new },
      ]
      expect(await arms()).toEqual(apps.flatMap(() => promoted))
      for (const app of apps) expect([app, lab.lowest(app)]).toEqual([app, 4])
    })

    test('takes all three back where one is bad at the second stage', async () => {
      const { code, out, err } = await start({
        harm: { app: 'users', fromWeight: 50, effect: { errors: 10 } },
      })
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('stage 2 of 2: 50 %') })
      expect(out).toMatch(/^users: fail: errors /m)
      const taken = [
        { ...old, image: lab.images.old },
        { replicas: 0, image: lab.images.new },
      ]
      expect(await arms()).toEqual(apps.flatMap(() => taken))
      for (const app of apps) expect([app, lab.lowest(app)]).toEqual([app, 4])
      expect(await lab.annotation('users-stable', 'canary-judge/release-with')).toBe('')
    })

    test.each([
      ['does not take its token', { token: 'another-token-0123456789' }, 'unauthenticated'],
      ['has no such policy', { policy: 'deploments' }, 'got "deploments"; it has'],
    ])('begins nothing where the service %s', async (_, flags, message) => {
      const { code, err } = await start({}, flags)
      expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining(message) })
      expect(err).not.toContain('internal error')
      expect(await arms()).toEqual(apps.flatMap(() => [{ ...old, image: lab.images.old }, undefined]))
      expect(await lab.annotation('chat-stable', 'canary-judge/release')).toBe('')
    })
  })
})
