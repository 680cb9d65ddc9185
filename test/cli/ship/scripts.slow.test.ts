import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toolsMissing } from '../../support/parts/tools.ts'
import { type Lab, openLab } from './lab.ts'
import { clusterKinds } from './lab-cluster.ts'

const run = promisify(execFile)
const folder = 'rollouts/deployments'

test.each(globSync(`${folder}/*.sh`))('%s is a script that bash reads', async (file) => {
  await expect(run('bash', ['-n', file])).resolves.toEqual({ stdout: '', stderr: '' })
})

describe.each(clusterKinds)('with $name', { timeout: 180_000 }, ({ missing, open }) => {
  describe.skipIf(missing !== undefined || toolsMissing() !== undefined)('rollouts/deployments', () => {
    let lab: Lab
    beforeEach(async () => {
      lab = await openLab(await open())
      await lab.seedStable('web', 10)
    })
    afterEach(() => lab.close())

    const script = async (name: string, ...args: readonly string[]) => {
      await run('bash', [`${folder}/${name}.sh`, ...args], { env: { ...process.env, ...lab.env } })
      return [await lab.arm('web-stable'), await lab.arm('web-canary')]
    }
    const old = (replicas: number) => ({ replicas, image: lab.images.old })
    const fresh = (replicas: number) => ({ replicas, image: lab.images.new })

    test('deploy, shift and promote lead to the new image, with no pods taken before others are ready', async () => {
      expect(await script('deploy', 'web', lab.images.new)).toEqual([old(10), fresh(1)])
      expect(await script('shift', 'web', '3', '7')).toEqual([old(7), fresh(3)])
      expect(lab.lowest('web')).toBe(10)
      expect(await script('promote', 'web', '10')).toEqual([fresh(10), fresh(0)])
    })

    test('rollback leads back to what was there', async () => {
      await script('deploy', 'web', lab.images.new)
      await script('shift', 'web', '5', '5')
      expect(await script('rollback', 'web', '10')).toEqual([old(10), fresh(0)])
      expect(lab.lowest('web')).toBe(10)
    })
  })
})
