import request from 'supertest'
import { expect, test } from 'vitest'
import type { Config } from '../../src/app/config/config.ts'
import { runFlagger } from '../callers/flagger/flagger-caller.ts'
import { type MessageStandIn, startStandIn } from '../support/stand-ins/message-stand-in.ts'
import { chromiumMissing, startChromium } from '../support/parts/chromium.ts'
import { fixturePolicy, minute, rolloutStart, runJudge } from '../support/service/run-judge.ts'

const hour = 60 * minute

/** One target that gets every event, and links to decide. */
const telling =
  ({ url }: MessageStandIn) =>
  (config: Config): Config => ({
    ...config,
    publicUrl: 'https://judge.example.org/judge',
    notify: {
      targets: { chat: { type: 'webhook', url: { reveal: () => url } } },
      routes: [{ targets: ['chat'] }],
      templates: {},
      links: { expireMs: hour },
    },
  })

interface Told {
  readonly type: string
  readonly data: {
    readonly text: string
    readonly links: readonly { readonly label: string; readonly url: string }[]
  }
}

const told = ({ received }: MessageStandIn): readonly Told[] =>
  received.map(({ body }): Told => JSON.parse(body))
const texts = (standIn: MessageStandIn): readonly string[] => told(standIn).map(({ data }) => data.text)

test('a rollout of Flagger that passes tells that it began, each step, and that it is promoted', async () => {
  await using chat = await startStandIn()
  await using flagger = await runFlagger({ change: telling(chat) })
  await flagger.begin()
  await flagger.until('confirm-traffic-increase', 200)
  await flagger.hook('post-rollout', { phase: 'Succeeded' })
  await chat.count(3)
  expect(texts(chat)).toEqual([
    'shop/web: rollout of 7d9fb began, judged by policy web',
    'shop/web: step 1 of 3 of the rollout of 7d9fb passed',
    'shop/web: 7d9fb is promoted',
  ])
})

test('a rollout of Flagger that fails tells it once, whatever the number of looks, and that it is rolled back', async () => {
  await using chat = await startStandIn()
  await using flagger = await runFlagger({ fixture: 'errors-x10', change: telling(chat) })
  await flagger.begin()
  await flagger.until('rollout', 412)
  await flagger.tick()
  await flagger.tick()
  await flagger.hook('post-rollout', { phase: 'Failed' })
  await chat.count(3)
  const [began, fail, ended] = texts(chat)
  expect(began).toContain('began')
  expect(fail).toMatch(/^shop\/web: fail: /)
  expect(ended).toBe('shop/web: 7d9fb is rolled back')
  expect(chat.received).toHaveLength(3)
})

const path = (url: string | undefined): string => (url ?? '').replace('https://judge.example.org/judge', '')

/** A rollout that fails and then waits for a person, as its policy says. Gives the links of its message. */
async function startWaiting(chat: MessageStandIn) {
  const judge = await runJudge({
    fixture: 'errors-x10',
    policy: `${fixturePolicy}\nmode: pause`,
    change: telling(chat),
  })
  const step = { index: 0, of: 3, weight: 5, next: 25, minutes: 5 }
  judge.clock.ms = rolloutStart + 2 * minute
  await judge.judge({ step })
  judge.clock.ms = rolloutStart + 10 * minute
  await judge.judge({ step })
  await judge.judge({ step })
  await chat.count(2)
  const links = told(chat)[1]?.data.links ?? []
  const link = (label: string): string => path(links.find((each) => each.label === label)?.url)
  const look = async (): Promise<{ readonly verdict: string }> => {
    judge.clock.ms += 1000
    return (await judge.judge({ step })).body
  }
  return { ...judge, step, link, look }
}

test('a link in a message asks first, and decides by POST alone, once for all links of the message', async () => {
  await using chat = await startStandIn()
  await using judge = await startWaiting(chat)
  expect(texts(chat)[1]).toMatch(/^shop\/web waits for a person: inconclusive: /)
  expect(path(judge.link('Open'))).toMatch(/^\/runs\/shop\.web\.b\./)
  const page = await request(judge.url).get(judge.link('Approve'))
  expect(page.status).toBe(200)
  expect(page.text).toContain('Approve shop/web?')
  expect(page.text).toContain('It is judged fail: approving overrules that.')
  expect(page.text).toContain('<form method="post"><button>Approve</button></form>')
  expect((await judge.look()).verdict).toBe('inconclusive')
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'null' }
  const decided = await request(judge.url).post(judge.link('Approve')).set(form).send('')
  expect([decided.status, decided.text.includes('Approved: shop/web')]).toEqual([200, true])
  expect((await judge.look()).verdict).toBe('pass')
  for (const again of [judge.link('Approve'), judge.link('Reject')]) {
    const { status, text } = await request(judge.url).post(again).set(form).send('')
    expect([status, text.includes('This message was used already')]).toEqual([200, true])
  }
  expect((await judge.look()).verdict).toBe('pass')
  await chat.count(3)
  expect(texts(chat)[2]).toBe('shop/web: approve by link in a message to chat: by the link in a message')
})

test('a link to reject rejects', async () => {
  await using chat = await startStandIn()
  await using judge = await startWaiting(chat)
  await request(judge.url).post(judge.link('Reject')).send()
  expect((await judge.look()).verdict).toBe('fail')
})

const missing = chromiumMissing()
test.runIf(missing === undefined)(
  `a person decides by a link in a browser without script ${missing ?? ''}`,
  { timeout: 60_000 },
  async () => {
    await using chat = await startStandIn()
    await using judge = await startWaiting(chat)
    await using browser = await startChromium()
    const page = await browser.newPage({ javaScriptEnabled: false })
    await page.goto(`${judge.url}${judge.link('Approve')}`)
    expect(await page.locator('h1').innerText()).toBe('Approve shop/web?')
    expect((await judge.look()).verdict).toBe('inconclusive')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Approved: shop/web').waitFor()
    expect((await judge.look()).verdict).toBe('pass')
  },
)

test.each(['get', 'post'] as const)(
  '%s of a link that is changed, expired or late is refused',
  async (method) => {
    await using chat = await startStandIn()
    await using judge = await startWaiting(chat)
    const call = (link: string) => request(judge.url)[method](link)
    const approve = judge.link('Approve')
    expect((await call(`${approve}x`)).status).toBe(404)
    expect((await call(approve.replace('token=', 'token=x'))).status).toBe(404)
    expect((await call('/decide?token=abc')).status).toBe(404)
    const next = { ...judge.step, index: 1, weight: 25 }
    judge.clock.ms += 5 * minute
    await judge.judge({ step: next })
    const moved = await call(approve)
    expect([moved.status, moved.body.detail]).toEqual([
      409,
      'expected the step that the message is about, but a later one has begun',
    ])
    judge.clock.ms += hour
    const late = await call(approve)
    expect([late.status, late.body.detail]).toEqual([
      409,
      expect.stringMatching(/^expected a link until 2026-.*, got it later$/),
    ])
    const { items } = await judge.store.listRuns({ open: true, limit: 1 })
    expect(
      await judge.store.listDecisions({ namespace: 'shop', name: 'web', runId: items[0]?.id ?? '' }),
    ).toEqual([])
  },
)

test('neither the log nor an error shows a link, a key or the address of a target', async () => {
  await using chat = await startStandIn()
  await using judge = await startWaiting(chat)
  const approve = judge.link('Approve')
  await request(judge.url).get(approve)
  await request(judge.url).get(`${approve}x`)
  chat.answers.push({ status: 500 })
  await request(judge.url).post(approve)
  await chat.count(3)
  const linkKey = await judge.store.sharedKey()
  await judge.app.stop()
  const log = judge.lines.join('')
  expect(log).toContain('a message was not delivered')
  const token = approve.slice(approve.indexOf('=') + 1)
  for (const secret of [token, token.slice(0, 40), chat.url, linkKey]) expect(log).not.toContain(secret)
})

test('a decision before a run is open is told, with neither run nor links', async () => {
  await using chat = await startStandIn()
  await using judge = await runJudge({ change: telling(chat) })
  await judge.decide({ decision: 'hold', reason: 'not on a Friday' })
  await chat.count(1)
  expect(told(chat)).toMatchObject([
    {
      type: 'canary-judge.rollout.decision',
      data: { text: 'shop/web: hold by ann: not on a Friday', links: [] },
    },
  ])
})
