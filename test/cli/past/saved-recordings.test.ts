import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSavedRecordings } from '../../../src/cli/past/saved-recordings.ts'
import { simulateRollout } from '../../../src/simulate/simulate-rollout.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canary-judge-saved-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const recording = (id: string) =>
  simulateRollout({ seed: id, id, history: 5, plan: [{ weight: 50, minutes: 3, pods: 1 }], stablePods: 1 })

test('openSavedRecordings(file) finds what was added, also after an interruption', async () => {
  const file = join(folder, 'saved.jsonl')
  const saved = await openSavedRecordings(file)
  expect(saved.find('a')).toBeUndefined()
  await saved.add(recording('a'))
  await saved.add(recording('b'))
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.slice(0, -10))
  const after = await openSavedRecordings(file)
  expect(after.find('a')).toEqual(recording('a'))
  expect(after.find('b')).toBeUndefined()
  await after.add(recording('b'))
  expect(await readFile(file, 'utf8')).toBe(text)
})

test.each([
  ['a note\n', /notes\.txt:1: expected a recording/],
  ['a note', /the last line of .*notes\.txt: expected a recording/],
])('openSavedRecordings(file) refuses a file with %j, and leaves it as it is', async (text, message) => {
  const file = join(folder, 'notes.txt')
  await writeFile(file, text)
  await expect(openSavedRecordings(file)).rejects.toThrow(message)
  expect(await readFile(file, 'utf8')).toBe(text)
})

test('openSavedRecordings() without a file saves nothing', async () => {
  const saved = await openSavedRecordings(undefined)
  await saved.add(recording('a'))
  expect(saved.find('a')).toBeUndefined()
})
