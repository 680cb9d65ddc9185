import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCli } from '../../support/start-cli.ts'
import { kubectlMissing } from '../../support/tools.ts'
import { arm, images, openLab, stable } from './lab.ts'

/** Stands before kubectl: kills `ship` once before each command that writes, and once after it. */
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

test.skipIf(kubectlMissing() !== undefined)(
  'a release that is killed before and after every command goes on to its end',
  { timeout: 300_000 },
  async () => {
    const lab = await openLab()
    const folder = await mkdtemp(join(tmpdir(), 'canary-judge-kill-'))
    try {
      lab.api.seed(stable('web', 4))
      const log = join(folder, 'log')
      const kubectl = execFileSync('bash', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim()
      await writeFile(log, '')
      await writeFile(join(folder, 'kubectl'), killer(kubectl, log), { mode: 0o755 })
      const env = { ...lab.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
      const args = ['--app', 'web', '--image', images.new, '--stages', '50', '--url', lab.judgeUrl]
      let kills = 0
      for (; kills < 60; kills += 1) {
        await using started = startCli(['ship', 'start', ...args], env)
        const { code, signal, stderr } = await started.ended
        if (signal === 'SIGKILL') continue
        expect({ code, stderr }).toMatchObject({ code: 0 })
        break
      }
      const commands = (await readFile(log, 'utf8')).trimEnd().split('\n')
      expect(commands).toHaveLength(kills)
      expect(commands.filter((line) => line.startsWith('after'))).toEqual([
        'after annotate deployment/web-stable',
        'after create --validate=false',
        'after scale deployment/web-stable',
        'after annotate deployment/web-stable',
        'after patch deployment/web-stable',
        'after scale deployment/web-stable',
        'after scale deployment/web-canary',
        'after annotate deployment/web-stable',
      ])
      const arms = [arm(lab, 'web-stable'), arm(lab, 'web-canary')]
      expect(arms).toEqual([
        { replicas: 4, image: images.new },
        { replicas: 0, image: images.new },
      ])
      expect(lab.api.lowest('web')).toBe(4)
    } finally {
      await lab.close()
      await rm(folder, { recursive: true })
    }
  },
)
