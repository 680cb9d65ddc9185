import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addCheck } from '../../src/cli/check/check-command.ts'
import { addLint } from '../../src/cli/lint/lint-command.ts'
import { addShip } from '../../src/cli/ship/ship-command.ts'
import { checkCodes } from '../../src/cli/check/check.ts'
import { argoRequestSchema } from '../../src/callers/argo/request.ts'
import { gateRoutes } from '../../src/callers/flagger/gates/route.ts'
import { silentLog } from '../contract/rows.ts'
import { collect, fixedEngine } from './streams.ts'

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

test('docs/pipelines.md names every flag of check, ship and lint, and no other', () => {
  const program = new Command()
  const context = { ...collect(''), engine: fixedEngine, version: '1.2.3', done: () => undefined }
  addCheck(program, context)
  addShip(program, context)
  addLint(program, context)
  const commands = program.commands.flatMap((each) => [each, ...each.commands])
  const options = commands.flatMap((each) => each.options)
  const shown = new Set(options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? ''))
  const named = new Set([...page('pipelines.md').matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag))
  expect([...named].toSorted()).toEqual([...shown].toSorted())
})

test('docs/pipelines.md names every exit code', () => {
  for (const [what, code] of Object.entries(checkCodes)) {
    expect(page('pipelines.md')).toMatch(new RegExp(`^\\| ${code}\\s+\\| ${what}`, 'm'))
  }
})

test('docs/argo.md names every field of the request', () => {
  const text = page('argo.md')
  expect(Object.keys(argoRequestSchema.shape).filter((field) => !text.includes(`\`${field}\``))).toEqual([])
})

test('docs/flagger.md names every gate', () => {
  const store = () => {
    throw new Error('not asked')
  }
  const { routes } = gateRoutes({ store, clock: { now: () => 0 }, log: silentLog })
  const text = page('flagger.md')
  expect(routes.map(({ path }) => path).filter((path) => !text.includes(`\`${path}\``))).toEqual([])
})
