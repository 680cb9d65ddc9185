import { readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apiPage } from '../../scripts/contents/api-page.ts'
import { readPolicy } from '../../src/app/reload/read-policy.ts'
import { compactJson } from '../../scripts/contents/compact-json.ts'
import { fieldRows } from '../../scripts/contents/schema-fields.ts'
import { examples } from '../../src/http/openapi/examples/examples.ts'
import { openApi } from '../../src/http/openapi/openapi.ts'
import { answersInLines } from '../../src/http/problems/plain-line.ts'
import { type RunningApp, runApp } from '../support/service/run-app.ts'

let running: RunningApp
beforeAll(async () => {
  running = await runApp()
})
afterAll(() => running.app.stop())

const shownRoutes = () => running.app.groups.flatMap(({ routes }) => routes).filter(({ hidden }) => !hidden)

test('docs/api.md is what `npm run docs:api` writes', async () => {
  const page = apiPage(openApi(running.app.groups, { version: '' }))
  const options = { ...(await resolveConfig('docs/api.md')), parser: 'markdown' }
  expect(readFileSync('docs/api.md', 'utf8')).toBe(await format(page, options))
})

test('docs/api.md has every route, with the role it takes', () => {
  const page = readFileSync('docs/api.md', 'utf8')
  for (const { method, path, roles } of shownRoutes()) {
    const section = page.split(`### ${method.toUpperCase()} ${path}\n`)[1]?.split('\n### ')[0] ?? ''
    expect(section).toContain(roles.length === 0 ? 'Open to everybody.' : `Role: ${roles.join(' or ')}.`)
  }
})

describe('the examples', () => {
  test('are there for every route that is shown, and for no other', () => {
    const ids = shownRoutes().map(({ operationId }) => operationId)
    expect(Object.keys(examples).toSorted()).toEqual(ids.toSorted())
  })

  test('have bodies that their routes take', () => {
    const taken = shownRoutes().map(({ operationId, body }) => [
      operationId,
      body.schema.safeParse(examples[operationId]?.body).error,
    ])
    expect(taken).toEqual(shownRoutes().map(({ operationId }) => [operationId, undefined]))
  })

  test('have a policy that is one, as the page has it', () => {
    const [, written = ''] = readFileSync('docs/api.md', 'utf8').split("--data-binary '")
    expect(readPolicy(written.split("\n'")[0] ?? '').policy.name).toBe('web')
  })

  test('have answers as their routes give them', () => {
    const given = shownRoutes().map(({ operationId, answers }) => {
      const { answer } = examples[operationId] ?? {}
      const parsed = Object.values(answers)[0]?.schema?.safeParse(answer)
      return [operationId, parsed === undefined ? answer : (parsed.error ?? parsed.data)]
    })
    expect(given).toEqual(
      shownRoutes().map(({ operationId }) => [operationId, examples[operationId]?.answer]),
    )
  })

  test('have one short line where every answer is one', () => {
    const lines = shownRoutes().filter(
      ({ path, answers }) => answersInLines(path) && answers[200]?.type !== 'application/json',
    )
    expect(lines).toHaveLength(16)
    for (const { operationId } of lines) expect(examples[operationId]?.answer).toMatch(/^[^\n]{1,299}$/)
  })

  test('name addresses that belong to their routes', () => {
    for (const { operationId, path } of shownRoutes()) {
      const filled = new URL(examples[operationId]?.path ?? path, 'http://judge').pathname
      expect(filled).toMatch(new RegExp(`^${path.replace('{id}', '[^/{}]+')}$`))
      expect(filled).not.toContain('%7B')
    }
  })
})

test('GET /openapi.json marks the parameters that may be left out', async () => {
  const document: unknown = await (await fetch(`${running.url}/openapi.json`)).json()
  const parameter = z.object({ name: z.string(), required: z.boolean() })
  const get = z.object({ get: z.object({ parameters: z.array(parameter) }) })
  const { paths } = z
    .object({ paths: z.looseObject({ '/v1/runs/{id}': get, '/v1/runs': get }) })
    .parse(document)
  const required = ({ get: { parameters } }: z.output<typeof get>) =>
    parameters.filter((one) => one.required).map(({ name }) => name)
  expect(required(paths['/v1/runs/{id}'])).toEqual(['id'])
  expect(required(paths['/v1/runs'])).toEqual([])
})

test('fieldRows() names fields of objects and lists inside, and says types in words', () => {
  const schema = z.toJSONSchema(
    z.strictObject({
      a: z.strictObject({ b: z.int().min(1).max(9).default(3) }).optional(),
      c: z.array(z.strictObject({ d: z.enum(['x', 'y']).describe('one | other') })),
      e: z.union([z.literal(''), z.string()]),
      f: z.record(z.string(), z.number().max(7)),
      g: z.tuple([z.boolean(), z.literal(7)]),
    }),
    { io: 'input' },
  )
  expect(fieldRows(schema)).toEqual([
    { path: 'a', type: 'object', required: false, meaning: '' },
    { path: 'a.b', type: 'whole number 1 to 9', required: false, meaning: 'Default: `3`' },
    { path: 'c', type: 'list of object', required: true, meaning: '' },
    { path: 'c[].d', type: '`x`, `y`', required: true, meaning: 'one \\| other' },
    { path: 'e', type: 'text', required: true, meaning: '' },
    { path: 'f', type: 'map to number to 7', required: true, meaning: '' },
    { path: 'g', type: 'list of boolean; `7`', required: true, meaning: '' },
  ])
})

test('compactJson() breaks only what is too wide, and reads back as it was', () => {
  const value = { short: [1, { a: null }], long: ['x'.repeat(60), 'y'.repeat(60)], none: {} }
  expect(compactJson(value)).toBe(
    `{\n  "short": [1, { "a": null }],\n  "long": [\n    "${'x'.repeat(60)}",\n    "${'y'.repeat(60)}"\n  ],\n  "none": {}\n}`,
  )
  expect(JSON.parse(compactJson(value))).toEqual(value)
})
