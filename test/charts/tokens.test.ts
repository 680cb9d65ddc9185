import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { goToolMissing } from '../support/parts/go-tools.ts'
import { type ApiServer, startApiServer } from './parts/api-server.ts'
import { objectOf, renderChart } from './parts/helm.ts'

const tokensIn = z.record(z.string(), z.base64().transform((text) => atob(text)))

describe.skipIf(goToolMissing('helm') !== undefined)('tokens that the chart makes', () => {
  let server: ApiServer
  beforeAll(async () => {
    server = await startApiServer()
  })
  afterAll(() => server.close())

  const renderTokens = async (values: object, ...flags: readonly string[]) => {
    const objects = await renderChart({ values }, [
      '--dry-run=server',
      '--disable-openapi-validation',
      `--kube-apiserver=${server.url}`,
      ...flags,
    ])
    const secret = objectOf(objects, 'Secret', 'canary-judge-tokens')
    return { secret, tokens: tokensIn.parse(secret['data']) }
  }

  test('are long, random and one for each entry', async () => {
    const [first, second] = [await renderTokens({}), await renderTokens({})]
    expect(Object.keys(first.tokens)).toEqual(['decide', 'judge', 'read'])
    const all = [first, second].flatMap(({ tokens }) => Object.values(tokens))
    expect(new Set(all).size).toBe(6)
    for (const token of all) expect(token).toMatch(/^[a-zA-Z0-9]{48}$/)
  })

  test('stay at an upgrade; an entry that is new gets its own, one that is gone loses its', async () => {
    const installed = await renderTokens({})
    server.keep(installed.secret)
    expect((await renderTokens({}, '--is-upgrade')).tokens).toEqual(installed.tokens)
    const entries = { read: null, pipeline: { roles: ['judge'] } }
    const upgraded = (await renderTokens({ tokens: { entries } }, '--is-upgrade')).tokens
    expect(Object.keys(upgraded)).toEqual(['decide', 'judge', 'pipeline'])
    expect(upgraded).toMatchObject({ decide: installed.tokens['decide'], judge: installed.tokens['judge'] })
    expect(Object.values(installed.tokens)).not.toContain(upgraded['pipeline'])
  })
})
