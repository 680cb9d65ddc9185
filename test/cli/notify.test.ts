import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type NotifyFlags, notifyTest } from '../../src/cli/notify/notify-test.ts'
import { startStandIn } from '../support/stand-ins/message-stand-in.ts'
import { collect } from './streams.ts'

/** Runs `canary-judge notify test` with the configuration. */
async function run(yaml: string, flags: Partial<NotifyFlags> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'canary-judge-notify-'))
  try {
    const config = join(folder, 'judge.yaml')
    await writeFile(config, yaml)
    const { output, errors, out, err } = collect('')
    const clock = { now: () => Date.parse('2026-11-20T10:00:00Z') }
    const code = await notifyTest({ event: 'began', ...flags, config }, { env: {}, clock, output, errors })
    return { code, out: out(), err: err().replaceAll(`${folder}/`, '') }
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('canary-judge notify test sends to each target and says whether it arrived', async () => {
  await using chat = await startStandIn()
  await using hook = await startStandIn({ status: 403 })
  const yaml = `
notify:
  targets:
    chat: {type: slack, url: ${chat.url}/chat}
    hook: {type: webhook, url: '${hook.url}/hook'}
`
  const { code, out } = await run(yaml)
  expect([code, out]).toEqual([
    1,
    'chat: delivered\nhook: not delivered, expected a status of 200 to 299, got 403\n',
  ])
  expect(chat.received.map(({ path, body }) => [path, JSON.parse(body).text])).toEqual([
    ['/chat', 'canary-judge/test: rollout of test-revision began, judged by policy test'],
  ])
  const one = await run(yaml, { target: 'chat', event: 'fail' })
  expect([one.code, one.out]).toEqual([0, 'chat: delivered\n'])
  expect(JSON.parse(chat.received[1]?.body ?? '').text).toContain('this is a test')
})

test.each([
  ['', {}, 'expected notify.targets in the configuration, got none'],
  [
    'notify: {targets: {a: {type: slack, url: http://x}, b: {type: slack, url: http://x}}}',
    { target: 'c' },
    'expected one of the targets a, b, got "c"',
  ],
  [
    'notify: {targets: {a: {type: slack}}}',
    {},
    'notify.targets.a.url: expected it for the type slack, got nothing',
  ],
  [
    'notify: {targets: {a: {type: slack, url: ftp://x}}}',
    {},
    'notify.targets.a.url: expected an http or https URL',
  ],
  [
    'notify: {targets: {a: {type: pagerduty}}}',
    {},
    'notify.targets.a.key: expected it for the type pagerduty, got nothing',
  ],
  [
    'notify: {routes: [{targets: [gone]}]}',
    {},
    'notify.routes[0].targets: expected a name of notify.targets, got "gone"',
  ],
  [
    'notify: {links: {expire: 1d}}',
    {},
    'notify.links: expected publicUrl beside it, got none: links need an address',
  ],
  [
    'publicUrl: https://j.example.org\nnotify: {links: {key: short}}',
    {},
    'judge.yaml: line 2, column 18: notify.links.key: unknown key "key", expected one of expire',
  ],
])('canary-judge notify test of %s with %o exits 3 and says: %s', async (yaml, flags, message) => {
  expect(await run(yaml, flags)).toEqual({ code: 3, out: '', err: `canary-judge: ${message}\n` })
})

test('a mistake in notify shows no secret', async () => {
  const { err } = await run(
    'notify: {targets: {a: {type: slack, url: 7, key: [S3cret]}}, links: {kye: S3cret}}',
  )
  expect(err).toContain('links')
  expect(err).not.toContain('S3cret')
})
