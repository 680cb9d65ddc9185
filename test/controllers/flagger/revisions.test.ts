import { describe, expect, test } from 'vitest'
import { flaggerChecksum } from './checksum.ts'
import { bad, checksums, no, ok, optionsFor } from './script.ts'
import { createFlagger } from './flagger.ts'

describe('createFlagger', () => {
  test('asks confirm-rollout under the checksum of before, and every other hook under the new one', async () => {
    const flagger = createFlagger(optionsFor({}))
    const { log } = await flagger.run()
    expect(checksums(log, 'confirm-rollout')).toEqual([flaggerChecksum('v1')])
    for (const hook of ['pre-rollout', 'rollout', 'rollback', 'confirm-promotion', 'post-rollout'])
      expect(new Set(checksums(log, hook))).toEqual(new Set([flaggerChecksum('v2')]))
  })

  test('asks confirm-rollout under the new checksum after a failed rollout', async () => {
    const flagger = createFlagger(optionsFor({ rollback: [no, ok, no] }))
    await flagger.run()
    expect(flagger.status.phase).toBe('Failed')
    flagger.deploy('v3')
    await flagger.tick()
    expect(checksums(flagger.log, 'confirm-rollout')).toEqual([flaggerChecksum('v1'), flaggerChecksum('v3')])
    expect(flagger.status.phase).toBe('Progressing')
  })

  test('gives the same revision the same checksum again', async () => {
    const flagger = createFlagger(optionsFor({ rollback: [no, ok, no, ok] }))
    await flagger.run()
    flagger.deploy('v3')
    await flagger.run()
    flagger.deploy('v2')
    await flagger.tick()
    expect(checksums(flagger.log, 'confirm-rollout').at(-1)).toBe(flaggerChecksum('v2'))
    expect(flaggerChecksum('v2')).not.toBe(flaggerChecksum('v3'))
  })

  test('starts again at weight 0 without confirm-rollout when the revision changes on the way', async () => {
    const flagger = createFlagger(optionsFor({ rollout: [bad, ok] }))
    for (let ticks = 0; ticks < 3; ticks += 1) await flagger.tick()
    expect(flagger.status).toEqual({ phase: 'Progressing', weight: 5, failedChecks: 1 })
    flagger.deploy('v3')
    await flagger.tick()
    expect(flagger.status).toEqual({ phase: 'Progressing', weight: 0, failedChecks: 0 })
    await flagger.tick()
    expect(flagger.status.weight).toBe(5)
    expect(checksums(flagger.log, 'confirm-rollout')).toHaveLength(1)
    expect(checksums(flagger.log, 'pre-rollout')).toEqual([flaggerChecksum('v2'), flaggerChecksum('v3')])
  })

  test('goes on under the same checksum when the spec goes back to what was promoted last', async () => {
    const flagger = createFlagger(optionsFor({}))
    for (let ticks = 0; ticks < 3; ticks += 1) await flagger.tick()
    flagger.deploy('v1')
    await flagger.tick()
    expect(flagger.status).toMatchObject({ phase: 'Progressing', weight: 50 })
    expect(new Set(checksums(flagger.log, 'rollout'))).toEqual(new Set([flaggerChecksum('v2')]))
  })

  test('does nothing when the spec is what runs already, or what was promoted', async () => {
    const flagger = createFlagger(optionsFor({}, { revision: 'v1' }))
    await flagger.tick()
    expect(flagger.log).toEqual([])
    flagger.deploy('v2')
    await flagger.run()
    const calls = flagger.log.length
    flagger.deploy('v2')
    await flagger.tick()
    expect(flagger.status.phase).toBe('Succeeded')
    expect(flagger.log).toHaveLength(calls)
  })
})
