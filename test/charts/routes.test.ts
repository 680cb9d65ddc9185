import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { helm, objectOf, release, renderChart, withValues } from './parts/helm.ts'

const hosts = [{ host: 'judge.example.org' }]

describe.skipIf(goToolMissing('helm') !== undefined)('an Ingress with a host alone', () => {
  test('takes all paths of it', async () => {
    const ingress = objectOf(await renderChart({ values: { ingress: { enabled: true, hosts } } }), 'Ingress')
    expect(ingress).toMatchObject({
      spec: {
        rules: [{ host: 'judge.example.org', http: { paths: [{ path: '/', pathType: 'Prefix' }] } }],
      },
    })
  })

  test.each([
    [{}, true],
    [{ publicUrl: 'https://judge.example.org' }, false],
  ])('and with config %j: the notes say that links are without an address: %s', async (config, isSaid) => {
    const output = await withValues({ values: { ingress: { enabled: true, hosts }, config } }, (flags) =>
      helm(['install', ...release, '--dry-run=client', '--output=json', ...flags]),
    )
    const { info } = z.object({ info: z.object({ notes: z.string() }) }).parse(JSON.parse(output))
    expect(info.notes.includes('config.publicUrl')).toBe(isSaid)
  })
})
