import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { dockerStages, valuesOf } from '../../repository/dockerfile.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/** Builds a folder with the files of the image, only from the files that the Dockerfile copies. */
export async function buildApp(): Promise<string> {
  const app = await mkdtemp(join(tmpdir(), 'canary-judge-build-'))
  const build = dockerStages().find(({ name }) => name === 'build')
  const copied = [build, dockerStages().at(-1)].flatMap((stage) => valuesOf(stage, 'COPY'))
  const sources = copied.filter((rest) => !rest.startsWith('--'))
  for (const path of sources.flatMap((rest) => rest.split(' ').slice(0, -1))) {
    await cp(join(root, path), join(app, path), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(app, 'node_modules'))
  await run('npm', ['run', 'build'], { cwd: app })
  await rm(join(app, 'src'), { recursive: true })
  return app
}
