import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RolloutEvent } from '../../src/judge/ports/ports.ts'
import { resolveTarget } from '../../src/notify/target.ts'
import { targetTypes } from '../../src/notify/target-types.ts'

const at = Date.parse('2026-11-20T10:00:00Z')
const event: RolloutEvent = {
  id: 'event-1',
  kind: 'waiting',
  at,
  namespace: 'shop',
  name: 'web',
  run: { id: 'shop.web.b.1', revision: 'b', policy: 'web', policyDigest: 'd' },
  step: { index: 0, of: 3 },
}
const hostile = '<!channel> @everyone [x](http://evil) *b* & "q" <script>'
const links = [
  { label: 'Open', url: 'https://judge.example.org/runs/1' },
  { label: 'Approve', url: 'https://judge.example.org/decide?token=a' },
] as const

function requestTo(type: string, change: Partial<RolloutEvent> = {}, key = 'the-key') {
  const target = targetTypes.get(type)
  if (target === undefined) throw new Error(`no type ${type}`)
  const url = { reveal: () => 'https://target.example.org/hook/' }
  const settings = { type, key: { reveal: () => key }, ...(target.url === undefined && { url }) }
  const message = { id: 'message-1', event: { ...event, ...change }, text: hostile, links, now: at + 1000 }
  const { body, ...request } = target.request(message, resolveTarget(target, settings))
  const parsed: unknown = JSON.parse(body)
  return { ...request, text: body, body: parsed }
}

test('slack gets text with escaped names, so that nobody is called, and links', () => {
  expect(requestTo('slack')).toMatchObject({
    url: 'https://target.example.org/hook',
    body: {
      text: `&lt;!channel&gt; @everyone [x](http://evil) *b* &amp; "q" &lt;script&gt;
<https://judge.example.org/runs/1|Open> · <https://judge.example.org/decide?token=a|Approve>`,
      unfurl_links: false,
      unfurl_media: false,
    },
  })
})

test('teams gets an adaptive card whose text is no Markdown', () => {
  const { body } = requestTo('teams')
  expect(body).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: hostile }] }],
          actions: [
            { type: 'Action.OpenUrl', title: 'Open', url: links[0].url },
            { type: 'Action.OpenUrl', title: 'Approve', url: links[1].url },
          ],
        },
      },
    ],
  })
})

test('discord gets content that calls nobody and has no other links than ours', () => {
  expect(requestTo('discord').body).toEqual({
    content: String.raw`\<!channel\> @everyone \[x\]\(http\://evil\) \*b\* & "q" \<script\>
[Open](<https://judge.example.org/runs/1>) · [Approve](<https://judge.example.org/decide?token=a>)`,
    allowed_mentions: { parse: [] },
    flags: 4,
  })
})

test('pagerduty gets a trigger for trouble, and a resolve under the same key when it is over', () => {
  const about = { routing_key: 'the-key', dedup_key: 'canary-judge/shop/web' }
  const { url, body } = requestTo('pagerduty', { kind: 'fail' })
  expect(url).toBe('https://events.pagerduty.com/v2/enqueue')
  expect(body).toEqual({
    ...about,
    event_action: 'trigger',
    payload: {
      summary: hostile,
      source: 'shop/web',
      severity: 'error',
      timestamp: '2026-11-20T10:00:00.000Z',
      component: 'web',
      group: 'shop',
      class: 'fail',
      custom_details: { run: event.run, step: event.step },
    },
    links: links.map(({ label, url: href }) => ({ href, text: label })),
  })
  expect(requestTo('pagerduty').body).toMatchObject({ payload: { severity: 'warning' } })
  expect(requestTo('pagerduty', { kind: 'promoted' }).body).toEqual({ ...about, event_action: 'resolve' })
})

test('opsgenie gets an alert for trouble, and its alias closed when it is over', () => {
  const headers = { authorization: 'GenieKey the-key' }
  const opened = requestTo('opsgenie', { kind: 'fail' })
  expect(opened).toMatchObject({
    url: 'https://api.opsgenie.com/v2/alerts',
    headers,
    body: { message: hostile, alias: 'canary-judge/shop/web', entity: 'shop/web', priority: 'P2' },
  })
  expect(requestTo('opsgenie', { kind: 'rolled-back' })).toMatchObject({
    url: 'https://api.opsgenie.com/v2/alerts/canary-judge%2Fshop%2Fweb/close?identifierType=alias',
    headers,
  })
})

test('grafana gets an annotation with tags, its text escaped', () => {
  expect(requestTo('grafana')).toMatchObject({
    url: 'https://target.example.org/hook/api/annotations',
    headers: { authorization: 'Bearer the-key' },
    body: {
      time: at,
      tags: ['canary-judge', 'waiting', 'namespace:shop', 'name:web'],
      text: `&lt;!channel&gt; @everyone [x](http://evil) *b* &amp; &quot;q&quot; &lt;script&gt;
<a href="https://judge.example.org/runs/1">Open</a>`,
    },
  })
})

test.each([
  ['the-key', Buffer.from('the-key')],
  [`whsec_${Buffer.from('bytes').toString('base64')}`, Buffer.from('bytes')],
])('webhook gets a CloudEvent 1.0, signed as Standard Webhooks say with %s', (key, bytes) => {
  const { headers, text, body } = requestTo('webhook', {}, key)
  expect(body).toMatchObject({
    specversion: '1.0',
    id: 'message-1',
    source: '/canary-judge',
    type: 'canary-judge.rollout.waiting',
    subject: 'shop/web',
    time: '2026-11-20T10:00:00.000Z',
    datacontenttype: 'application/json',
    data: { namespace: 'shop', name: 'web', run: event.run, step: event.step, text: hostile },
  })
  const seconds = String(at / 1000 + 1)
  const mac = createHmac('sha256', bytes).update(`message-1.${seconds}.${text}`).digest('base64')
  expect(headers).toEqual({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': 'message-1',
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${mac}`,
  })
})

test('webhook without a key is not signed', () => {
  expect(Object.keys(requestTo('webhook', {}, '').headers ?? {})).toEqual(['content-type'])
})
