import { createHmac } from 'node:crypto'
import { subjectOf, type Outgoing, type TargetType } from '../target.ts'

/**
 * A CloudEvent in structured mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). With a key it is
 * signed as https://www.standardwebhooks.com describes, for which there are libraries in many languages.
 */
export const webhook: TargetType = {
  needs: ['url'],
  request(message, { url, key }) {
    const body = JSON.stringify(cloudEvent(message))
    const type = { 'content-type': 'application/cloudevents+json; charset=utf-8' }
    return { url, headers: { ...type, ...(key !== '' && signature(message, body, key)) }, body }
  },
}

function cloudEvent({ id, event, text, links, publicUrl }: Outgoing) {
  const { kind, at, namespace, name, run, step, verdict, decision } = event
  return {
    specversion: '1.0',
    id,
    source: publicUrl ?? '/canary-judge',
    type: `canary-judge.rollout.${kind}`,
    subject: subjectOf(event),
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    data: { namespace, name, run, step, verdict, decision, text, links },
  }
}

function signature({ id, now }: Outgoing, body: string, key: string): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(now / 1000))
  const mac = createHmac('sha256', secretBytes(key)).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` }
}

/** `whsec_` and base64 is how Standard Webhooks writes a secret; any other text stands for itself. */
const secretBytes = (key: string): Buffer =>
  key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key)
