import { execFile } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kubectlMissing } from '../../support/tools.ts'
import { arm, images, ingress, type Lab, openLab, stable } from './lab.ts'
import { at, textOf } from './objects.ts'

let lab: Lab
beforeEach(async () => {
  lab = await openLab()
})
afterEach(() => lab.close())

async function ship(...args: readonly string[]) {
  await using started = lab.ship(...args, '--who', 'alice')
  const [out, ended] = await Promise.all([text(started.child.stdout), started.ended])
  return { code: ended.code, out, err: ended.stderr }
}
const start = (...args: readonly string[]) =>
  ship('start', '--stages', '20,50', '--url', lab.judgeUrl, '--interval', '1s', ...args)

/** Replicas and image of both arms. */
const arms = (app: string) => [arm(lab, `${app}-stable`), arm(lab, `${app}-canary`)]
const annotation = (name: string, key: string): string =>
  textOf(at(lab.api.get('deployments', name), 'metadata', 'annotations', key))

const old = (replicas: number) => ({ replicas, image: images.old })
const fresh = (replicas: number) => ({ replicas, image: images.new })

describe.skipIf(kubectlMissing() !== undefined)('canary-judge ship', { timeout: 180_000 }, () => {
  test('start shifts stage by stage, asks at each, and promotes, with never fewer pods than before', async () => {
    lab.api.seed(stable('web', 10))
    const { code, out } = await start('--app', 'web', '--image', images.new, '--why', 'the new search')
    expect(code).toBe(0)
    expect(out).toContain('pass: as the test says')
    expect(lab.asked).toMatchObject([
      { namespace: 'shop', name: 'web', canary: { revision: '2' }, stable: { revision: '1' } },
      { step: { index: 1, of: 2, weight: 50 } },
    ])
    expect(lab.asked[0]?.['step']).toEqual({ index: 0, of: 2, weight: 20, next: 50 })
    expect(arms('web')).toEqual([fresh(10), fresh(0)])
    // maxUnavailable of stable's own update at 5 pods is one.
    expect(lab.api.lowest('web')).toBeGreaterThanOrEqual(9)
    expect(annotation('web-canary', 'kubernetes.io/change-cause')).toBe(
      `${images.new} by alice: the new search`,
    )
    expect(annotation('web-stable', 'canary-judge/who')).toBe('alice')
  })

  test('start of what is live already changes nothing', async () => {
    lab.api.seed(stable('web', 4, images.new))
    expect(await start('--app', 'web', '--image', images.new)).toMatchObject({ code: 0 })
    expect(lab.api.writes).toEqual([])
  })

  test('start rolls back a canary that fails at the second stage', async () => {
    lab.api.seed(stable('web', 10))
    lab.verdict = (request) => (at(request, 'step', 'index') === 1 ? 'fail' : 'pass')
    const { code, err } = await start('--app', 'web', '--image', images.new)
    expect(code).toBe(1)
    expect(err).toContain('rolled-back (fail: as the test says)')
    expect(arms('web')).toEqual([old(10), fresh(0)])
    expect(lab.api.lowest('web')).toBe(10)
  })

  test('start rolls back a canary that never gets ready', async () => {
    lab.api.seed(stable('web', 4))
    const { code, err } = await start('--app', 'web', '--image', images.bad)
    expect(code).toBe(1)
    expect(err).toContain('rolled-back (web-canary not ready in time)')
    expect(lab.asked).toEqual([])
    expect(arms('web')).toEqual([old(4), { replicas: 0, image: images.bad }])
    expect(lab.api.lowest('web')).toBe(4)
  })

  test('start reads again where somebody else has written in between', async () => {
    lab.api.seed(stable('web', 4))
    let conflicts = 0
    lab.api.beforeWrite = (write) => {
      const web = lab.api.get('deployments', 'web-stable')
      if (write !== 'PATCH deployments/web-stable' || web === undefined || conflicts > 1) return
      conflicts += 1
      lab.api.seed({
        ...web,
        metadata: { name: 'web-stable', annotations: { 'another/tool': `${conflicts}` } },
      })
    }
    expect(await start('--app', 'web', '--image', images.new)).toMatchObject({ code: 0 })
    expect(conflicts).toBe(2)
    expect(annotation('web-stable', 'another/tool')).toBe('2')
    expect(arms('web')).toEqual([fresh(4), fresh(0)])
  })

  test('start of several apps promotes all or none', async () => {
    for (const app of ['chat', 'users']) lab.api.seed(stable(app, 2))
    lab.verdict = ({ name }) => (name === 'users' ? 'fail' : 'pass')
    const several = ['--app', 'chat,users', '--image', images.new]
    const failed = await start(...several)
    expect(failed).toMatchObject({ code: 1, out: expect.stringContaining('users: fail: as the test says') })
    expect([...arms('chat'), ...arms('users')]).toEqual([old(2), fresh(0), old(2), fresh(0)])
    lab.verdict = () => 'pass'
    expect(await start(...several)).toMatchObject({ code: 0 })
    expect([...arms('chat'), ...arms('users')]).toEqual([fresh(2), fresh(0), fresh(2), fresh(0)])
    expect(annotation('users-stable', 'canary-judge/release-with')).toBe('')
  })

  test('an inconclusive stage stays until a person promotes, who may also go back', async () => {
    lab.api.seed(stable('web', 4))
    lab.verdict = () => 'inconclusive'
    const begun = await start('--app', 'web', '--image', images.new, '--wait', '1s')
    expect(begun).toMatchObject({ code: 2 })
    expect(arms('web')).toEqual([old(3), fresh(1)])
    const { code, out } = await ship('status', '--app', 'web')
    expect(code).toBe(0)
    expect(out).toContain('stage 1 of 2: 20 %')
    expect(out).toContain(`web-canary  1 of 1 pods ready  ${images.new}`)
    const another = await start('--app', 'web', '--image', images.bad)
    expect(another).toMatchObject({ code: 3, err: expect.stringContaining('expected no other release') })
    expect(await ship('promote', '--app', 'web', '--why', 'looks good')).toMatchObject({ code: 0 })
    expect(arms('web')).toEqual([fresh(4), fresh(0)])
    expect(await ship('abort', '--app', 'web')).toMatchObject({ code: 3 })
    expect(await ship('rollback', '--app', 'web', '--why', 'no')).toMatchObject({ code: 0 })
    expect(arms('web')).toEqual([old(4), fresh(0)])
  })

  test('abort by somebody else ends a start that is waiting for a verdict', async () => {
    lab.api.seed(stable('web', 4))
    let aborted: Promise<unknown> = Promise.resolve()
    lab.verdict = () => {
      if (lab.asked.length === 1) aborted = ship('abort', '--app', 'web', '--why', 'wrong image')
      return 'inconclusive'
    }
    const { code, err } = await start('--app', 'web', '--image', images.new)
    expect(await aborted).toMatchObject({ code: 0 })
    expect({ code, err }).toMatchObject({ code: 1 })
    expect(arms('web')).toEqual([old(4), fresh(0)])
  })

  test('with --nginx the weight is that of the ingress, and stable keeps its pods', async () => {
    lab.api.seed(stable('web', 4))
    lab.api.seed(ingress('web'))
    const weights: string[] = []
    lab.api.beforeWrite = () => {
      const key = 'nginx.ingress.kubernetes.io/canary-weight'
      const weight = textOf(at(lab.api.get('ingresses', 'web-canary'), 'metadata', 'annotations', key))
      if (weights.at(-1) !== weight) weights.push(weight)
      expect(arm(lab, 'web-stable')?.replicas).toBe(4)
    }
    expect(await start('--app', 'web', '--image', images.new, '--nginx')).toMatchObject({ code: 0 })
    expect(weights).toEqual(['0', '20', '50', '0'])
    expect(arms('web')).toEqual([fresh(4), fresh(0)])
  })

  test('--dry-run changes nothing, and the commands that it prints lead to the same', async () => {
    lab.api.seed(stable('web', 10))
    const { code, out } = await start('--app', 'web', '--image', images.new, '--dry-run')
    expect(code).toBe(0)
    expect(lab.api.writes).toEqual([])
    expect(out).toContain('# wait until ready: web-canary')
    await promisify(execFile)('bash', ['-euc', out], { env: { ...process.env, ...lab.env } })
    expect(arms('web')).toEqual([fresh(10), fresh(0)])
  })
})
