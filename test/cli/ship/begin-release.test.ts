import { describe, expect, test } from 'vitest'
import { beginRelease, type Wanted } from '../../../src/cli/ship/begin-release.ts'
import { parseCluster } from '../../../src/cli/ship/cluster.ts'
import { images, stable } from './seeds.ts'

const cluster = parseCluster(JSON.stringify({ items: [stable('web', 4), stable('users', 4)] }))
const begin = (wanted: Readonly<Record<string, string>>) => () =>
  beginRelease(
    {
      images: new Map(Object.entries(wanted)),
      stages: [20, 50],
      nginx: false,
      who: 'alice',
      when: '2026-11-28T10:00:00Z',
      why: '',
    } satisfies Wanted,
    undefined,
    cluster,
  )

describe('beginRelease(wanted, current, cluster)', () => {
  test('begins at the first stage, with the images and versions of before and after', () => {
    expect(begin({ web: images.new })()).toMatchObject({
      kind: 'new',
      release: { stage: 0, phase: 'shifting', apps: [{ fromVersion: '1', toVersion: '2', replicas: 4 }] },
    })
  })

  test('does nothing where stable has all the images already', () => {
    expect(begin({ web: images.old, users: images.old })()).toEqual({ kind: 'live' })
  })

  test('refuses another image under the version that stable has, which no judge could distinguish', () => {
    expect(begin({ web: 'mirror.example.org/web:1' })).toThrow(
      'web: expected another version than that of stable, got 1 of mirror.example.org/web:1 for both; ' +
        'give the new image a tag or a digest of its own',
    )
  })

  test('refuses an app whose image does not change, in a release of several', () => {
    expect(begin({ web: images.new, users: images.old })).toThrow(
      `users: expected another image than that of stable, got ${images.old}; leave it out of --app`,
    )
  })
})
