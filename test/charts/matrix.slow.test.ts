import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { flaggerMistakes } from '../support/mistakes/flagger-mistakes.ts'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { kubernetesMistakes, type KubernetesObject } from '../support/mistakes/kubernetes-mistakes.ts'
import { chart, helm, release, renderChart, withValues } from './parts/helm.ts'
import { podLabels, references, selectors } from './parts/relations.ts'

const matrix = globSync('*-values.yaml', { cwd: join(chart, 'ci') })
  .map((file) => basename(file, '-values.yaml'))
  .toSorted((a, b) => a.localeCompare(b))

const mistakesOf = async (object: KubernetesObject): Promise<readonly string[]> =>
  flaggerMistakes(object) ?? kubernetesMistakes(object)

test('the matrix has at least twelve sets of values', () => {
  expect(matrix.length).toBeGreaterThanOrEqual(12)
})

describe.skipIf(goToolMissing('helm') !== undefined)('with helm', () => {
  test.each(matrix)('helm lint --strict finds nothing with %s-values.yaml', async (file) => {
    const values = join(chart, 'ci', `${file}-values.yaml`)
    expect(await helm(['lint', '--strict', chart, '--values', values])).toContain('0 chart(s) failed')
  })

  describe.each(matrix)('%s-values.yaml', (file) => {
    let objects: readonly KubernetesObject[] = []
    beforeAll(async () => {
      objects = await renderChart({ file })
    })

    test('renders objects that the API server accepts strictly', async () => {
      expect(objects.map(({ kind }) => kind)).toContain('Deployment')
      const mistakes = await Promise.all(
        objects.map(async (object) =>
          (await mistakesOf(object)).map(
            (mistake) => `${object.kind} ${object.metadata.name}: ${mistake}`,
          ),
        ),
      )
      expect(mistakes.flat()).toEqual([])
    })

    test('names every object once, refers to objects that are there, and selects its own pods', () => {
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      expect(new Set(names).size).toBe(names.length)
      const own = references(objects).filter((each) => / canary-judge(-|$)/.test(each))
      expect(own.filter((each) => !names.includes(each))).toEqual([])
      const pods = objects.flatMap(podLabels)
      const selected = objects.flatMap(selectors).map(({ kind, selector }) => [
        kind,
        pods
          .filter(({ labels }) => Object.entries(selector).every(([key, value]) => labels[key] === value))
          .map((pod) => pod.kind),
      ])
      expect(selected).toEqual(selected.map(([kind]) => [kind, ['Deployment']]))
      expect(selected.length).toBeGreaterThanOrEqual(2)
    })

    test('is explained by its notes', async () => {
      const output = await withValues({ file }, (flags) =>
        helm(['install', ...release, ...flags, '--dry-run=client', '--output', 'json']),
      )
      const { info } = z.object({ info: z.object({ notes: z.string() }) }).parse(JSON.parse(output))
      await expect(`${info.notes.trimEnd()}\n`).toMatchFileSnapshot(`notes/${file}.txt`)
    })
  })
})
