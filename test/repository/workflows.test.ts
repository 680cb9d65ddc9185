import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { goToolMissing, goTools } from '../support/parts/go-tools.ts'
import { readText, root } from './markdown.ts'

const files = globSync('.github/workflows/*.yml', { cwd: root }).toSorted((a, b) => a.localeCompare(b))

const workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.int(),
      steps: z.array(
        z.object({ uses: z.string().optional(), run: z.string().optional(), with: z.unknown().optional() }),
      ),
    }),
  ),
})
const read = (file: string) => workflow.parse(parse(readText(file)))
const stepsOf = (file: string) => Object.values(read(file).jobs).flatMap(({ steps }) => steps)

describe.skipIf(goToolMissing('actionlint') !== undefined)('with actionlint', () => {
  test('actionlint finds nothing in the workflows', () => {
    // Without shellcheck and pyflakes, because the result would depend on whether they are installed.
    const flags = ['-shellcheck=', '-pyflakes=', ...files.map((file) => join(root, file))]
    expect(execFileSync('actionlint', flags, { encoding: 'utf8' })).toBe('')
  })
})

test('every workflow reads the repository and no more, unless a job says so, and every job ends', () => {
  expect(files).toEqual(['.github/workflows/ci.yml', '.github/workflows/release.yml'])
  for (const file of files) expect(read(file).permissions).toEqual({ contents: 'read' })
})

test('CI runs .ci/run', () => {
  expect(stepsOf('.github/workflows/ci.yml').map(({ run }) => run)).toContain('.ci/run')
})

test('every action is pinned to a commit, with its version beside it', () => {
  for (const file of files) {
    const uses = readText(file)
      .split('\n')
      .filter((line) => line.includes('uses:'))
    expect(uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual(
      [],
    )
  }
})

test('a release has image, chart and package, with SBOM, provenance and signatures', () => {
  const steps = stepsOf('.github/workflows/release.yml')
  const build = steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))
  expect(build?.with).toMatchObject({
    platforms: 'linux/amd64,linux/arm64',
    sbom: true,
    provenance: 'mode=max',
  })
  const commands = steps.map(({ run }) => run ?? '').join('\n')
  for (const command of [
    /cosign sign .*\$IMAGE@/,
    /helm push /,
    /cosign sign .*\$CHARTS/,
    /npm publish --provenance/,
    /npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx >sbom/,
    /gh release create .*sbom/,
  ])
    expect(commands).toMatch(command)
})

test('a release packs the chart with the helm that the tests use', () => {
  const setup = stepsOf('.github/workflows/release.yml').find(({ uses }) =>
    uses?.startsWith('azure/setup-helm@'),
  )
  expect(setup?.with).toEqual({ version: goTools['helm']?.split('@')[1] })
})
