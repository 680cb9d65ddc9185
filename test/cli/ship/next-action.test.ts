import { assert, integer, nat, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginRelease } from '../../../src/cli/ship/begin-release.ts'
import { type Cluster, parseCluster } from '../../../src/cli/ship/cluster.ts'
import { decide } from '../../../src/cli/ship/decide.ts'
import { type Action, isPause, nextAction } from '../../../src/cli/ship/actions/next-action.ts'
import { predict, settle } from '../../../src/cli/ship/actions/predict.ts'
import { afterPass } from '../../../src/cli/ship/actions/rehearse.ts'
import { isOver, type Release } from '../../../src/cli/ship/release.ts'
import { images, stable } from './seeds.ts'

const at = '2026-11-28T10:00:00.000Z'

function world(apps: Readonly<Record<string, number>>): Cluster {
  const items = Object.entries(apps).map(([app, replicas]) => {
    const deployment = stable(app, replicas)
    return { ...deployment, metadata: { ...Object(deployment['metadata']), resourceVersion: '1' } }
  })
  const read = parseCluster(JSON.stringify({ kind: 'List', items }))
  return settle([...read.deployments.keys()], read)
}

function begun(cluster: Cluster, apps: readonly string[], stages: readonly number[]): Release {
  const wanted = {
    images: new Map(apps.map((app) => [app, images.new])),
    stages,
    nginx: false,
    who: 'alice',
    when: at,
    why: '',
  }
  const beginning = beginRelease(wanted, undefined, cluster)
  if (beginning.kind !== 'new') throw new Error(`expected a new release, got ${beginning.kind}`)
  return beginning.release
}

interface Moment {
  readonly release: Release
  readonly cluster: Cluster
}

/** Every moment until the release is over; `verdict` gives the verdict of the judge at a stage. */
function moments(from: Moment, verdict: (stage: number) => 'pass' | 'fail'): readonly Moment[] {
  const all = [from]
  let { release, cluster } = from
  for (let count = 0; !isOver(release); count += 1) {
    expect(count).toBeLessThan(200)
    const action = nextAction(release, cluster, false)
    if (!isPause(action)) {
      cluster = predict(action, release, cluster)
      if (action.kind === 'record') ({ release } = action)
    } else if (action.kind === 'wait') cluster = settle(action.for, cluster)
    else if (action.kind === 'judge')
      release = verdict(release.stage) === 'pass' ? afterPass(release) : { ...release, phase: 'rolling-back' }
    all.push({ release, cluster })
  }
  return all
}

const podsOf = ({ cluster }: Moment, app: string): number =>
  ['stable', 'canary'].reduce(
    (sum, track) => sum + (cluster.deployments.get(`${app}-${track}`)?.status.availableReplicas ?? 0),
    0,
  )

const end = (all: readonly Moment[]) => {
  const last = all.at(-1)
  const arms = [...(last?.cluster.deployments ?? [])].map(([name, { spec }]) => [
    name,
    spec.replicas,
    spec.template.spec.containers[0]?.image,
  ])
  return { phase: last?.release.phase, arms }
}

const weights = uniqueArray(integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 })

describe('nextAction()', () => {
  test('leads from any start to stable with the new image, or to what was there', () => {
    assert(
      property(integer({ min: 1, max: 30 }), weights, nat(5), (replicas, stages, failing) => {
        const cluster = world({ web: replicas })
        const release = begun(
          cluster,
          ['web'],
          stages.toSorted((a, b) => a - b),
        )
        const all = moments({ release, cluster }, (stage) => (stage === failing ? 'fail' : 'pass'))
        const isBack = failing < stages.length
        expect(end(all)).toEqual({
          phase: isBack ? 'rolled-back' : 'promoted',
          arms: [
            ['web-stable', replicas, isBack ? images.old : images.new],
            ['web-canary', 0, images.new],
          ],
        })
        for (const moment of all) expect(podsOf(moment, 'web')).toBeGreaterThanOrEqual(replicas)
      }),
    )
  })

  test('goes back from every moment of a release, and of one that was promoted', () => {
    const cluster = world({ chat: 4, users: 3 })
    const release = begun(cluster, ['chat', 'users'], [10, 50])
    for (const moment of moments({ release, cluster }, () => 'pass')) {
      const back = decide('rollback', moment.release, 'no')
      const { phase, arms } = end(moments({ ...moment, release: back }, () => 'fail'))
      const stables = arms.filter(([name]) => String(name).endsWith('-stable'))
      expect({ phase, stables }).toEqual({
        phase: 'rolled-back',
        stables: [
          ['chat-stable', 4, images.old],
          ['users-stable', 3, images.old],
        ],
      })
    }
  })

  /** What follows when a release of one app waits in this phase for pods that do not get ready in time. */
  function lateIn(phase: Release['phase'], verdict: 'pass' | 'fail'): Action {
    const cluster = world({ web: 4 })
    const all = moments({ release: begun(cluster, ['web'], [50]), cluster }, () => verdict)
    const waiting = all.find(
      (moment) =>
        moment.release.phase === phase && nextAction(moment.release, moment.cluster, false).kind === 'wait',
    )
    if (waiting === undefined) throw new Error(`expected a wait while ${phase}`)
    return nextAction(waiting.release, waiting.cluster, true)
  }
  const why = (arms: string) => `${arms} not ready in time`

  test.each([
    ['shifting', 'pass', { kind: 'record', release: { phase: 'rolling-back', why: why('web-canary') } }],
    ['promoting', 'pass', { kind: 'record', release: { phase: 'undoing', why: why('web-stable') } }],
    ['rolling-back', 'fail', { kind: 'stuck', message: why('web-stable') }],
  ] as const)(
    'where pods do not get ready while %s, goes back, or needs a person',
    (phase, verdict, action) => {
      expect(lateIn(phase, verdict)).toMatchObject(action)
    },
  )
})
