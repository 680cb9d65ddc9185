import { subjectOf, type TargetType, troubles } from '../target.ts'

/** Events API v2: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export const pagerduty: TargetType = {
  needs: ['key'],
  url: 'https://events.pagerduty.com',
  request({ event, text, links }, { url, key }) {
    const about = { routing_key: key, dedup_key: `canary-judge/${subjectOf(event)}`.slice(0, longestKey) }
    const trigger = {
      ...about,
      event_action: 'trigger',
      payload: {
        summary: text,
        source: subjectOf(event),
        severity: event.kind === 'fail' ? 'error' : 'warning',
        timestamp: new Date(event.at).toISOString(),
        component: event.name,
        group: event.namespace,
        class: event.kind,
        custom_details: { run: event.run, step: event.step, verdict: event.verdict },
      },
      links: links.map((link) => ({ href: link.url, text: link.label })),
    }
    const resolve = { ...about, event_action: 'resolve' }
    return { url: `${url}/v2/enqueue`, body: JSON.stringify(troubles.has(event.kind) ? trigger : resolve) }
  },
}

const longestKey = 255
