import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Lab, openLab } from './lab.ts'
import { clusterKinds } from './lab-cluster.ts'
import { standBefore } from './stand-before-kubectl.ts'

/** Kills `ship` once before each command that writes, and once after it. */
const killer = (kubectl: string, log: string): string => `#!/usr/bin/env bash
case "$1" in get | config) exec ${kubectl} "$@" ;; esac
if [ "$(tail -n 1 ${log})" != "before $1 $2" ]; then
  echo "before $1 $2" >>${log}
  kill -9 $PPID
  exit 1
fi
${kubectl} "$@"
echo "after $1 $2" >>${log}
kill -9 $PPID
`

/** Starts the release again after each kill until it is complete. Gives the number of kills and the commands. */
async function shipThroughKills(lab: Lab, apps: readonly string[]) {
  await using before = await standBefore(lab, async (kubectl, folder) => {
    await writeFile(join(folder, 'log'), '')
    return killer(kubectl, join(folder, 'log'))
  })
  const args = ['--app', apps.join(), '--image', lab.images.new, '--stages', '50', '--url', lab.judgeUrl]
  for (let kills = 0; ; kills += 1) {
    expect(kills).toBeLessThan(80)
    await using started = lab.shipWith(before.env, 'start', ...args)
    const { code, signal, stderr } = await started.ended
    if (signal === 'SIGKILL') continue
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const log = await readFile(join(before.folder, 'log'), 'utf8')
    const commands = log.trimEnd().split('\n')
    expect(commands).toHaveLength(kills)
    return commands.filter((line) => line.startsWith('after')).map((line) => line.slice('after '.length))
  }
}

describe.each(clusterKinds)('with $name', { timeout: 600_000 }, ({ missing, open }) => {
  test.skipIf(missing !== undefined)(
    'a release that is killed before and after every command goes on to its end',
    async () => {
      const lab = await openLab(await open())
      try {
        const apps = ['web', 'users']
        for (const app of apps) await lab.seedStable(app, 4)
        expect(await shipThroughKills(lab, apps)).toEqual([
          'annotate deployment/web-stable',
          'annotate deployment/users-stable',
          'create --validate=false',
          'create --validate=false',
          'scale deployment/web-stable',
          'scale deployment/users-stable',
          'annotate deployment/web-stable',
          'patch deployment/web-stable',
          'patch deployment/users-stable',
          'scale deployment/web-stable',
          'scale deployment/users-stable',
          'scale deployment/web-canary',
          'scale deployment/users-canary',
          'annotate deployment/users-stable',
          'annotate deployment/web-stable',
        ])
        const fresh = (replicas: number) => ({ replicas, image: lab.images.new })
        for (const app of apps) {
          const arms = [await lab.arm(`${app}-stable`), await lab.arm(`${app}-canary`)]
          expect([app, ...arms]).toEqual([app, fresh(4), fresh(0)])
          expect([app, lab.lowest(app)]).toEqual([app, 4])
        }
      } finally {
        await lab.close()
      }
    },
  )
})
