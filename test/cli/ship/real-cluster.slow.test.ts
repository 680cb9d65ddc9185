import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { kubectlMissing } from '../../support/parts/tools.ts'
import { openLab } from './lab.ts'
import { createFolder, openNamespace, startStandIn } from './lab-cluster.ts'
import { images } from './seeds.ts'

// The code for a kubeconfig in TEST_KUBECONFIG, with the stand-in in place of a real API server.
test.skipIf(kubectlMissing() !== undefined)(
  'openNamespace(kubeconfig, images) makes a namespace for a release, counts its ready pods, and deletes it',
  { timeout: 120_000 },
  async () => {
    const api = await startStandIn()
    const folder = await createFolder(api.url)
    try {
      const lab = await openLab(await openNamespace(join(folder, 'config'), images))
      try {
        expect(lab.namespace).toMatch(/^canary-judge-test-/)
        expect(api.namespace()).toBe(lab.namespace)
        await lab.seedStable('web', 4)
        expect(lab.lowest('web')).toBe(4)
        const args = ['--app', 'web', '--image', images.new, '--stages', '50', '--url', lab.judgeUrl]
        await using started = lab.ship('start', ...args)
        expect(await started.ended).toMatchObject({ code: 0 })
        expect(lab.asked).toMatchObject([{ namespace: lab.namespace }])
        expect([await lab.arm('web-stable'), lab.lowest('web')]).toEqual([
          { replicas: 4, image: images.new },
          4,
        ])
        await lab.kubectl('scale', 'deployment/web-stable', '--replicas=2')
        await lab.kubectl('rollout', 'status', 'deployment/web-stable')
        await vi.waitFor(() => expect(lab.lowest('web')).toBe(2))
      } finally {
        await lab.close()
      }
      expect(api.namespace()).toBe('')
    } finally {
      await Promise.all([api.close(), rm(folder, { recursive: true })])
    }
  },
)
