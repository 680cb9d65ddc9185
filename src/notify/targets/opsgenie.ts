import { subjectOf, type TargetType, troubles } from '../target.ts'

/** The alert API: https://docs.opsgenie.com/docs/alert-api; an account in Europe has the address https://api.eu.opsgenie.com. */
export const opsgenie: TargetType = {
  needs: ['key'],
  url: 'https://api.opsgenie.com',
  request({ event, text, links }, { url, key }) {
    const alias = `canary-judge/${subjectOf(event)}`.slice(0, longestAlias)
    const headers = { authorization: `GenieKey ${key}` }
    if (!troubles.has(event.kind)) {
      const close = `${url}/v2/alerts/${encodeURIComponent(alias)}/close?identifierType=alias`
      return { url: close, headers, body: JSON.stringify({ source: 'canary-judge', note: text }) }
    }
    const body = {
      message: text.slice(0, longestMessage),
      alias,
      description: [text, ...links.map((link) => `${link.label}: ${link.url}`)].join('\n'),
      tags: ['canary-judge', event.kind],
      entity: subjectOf(event).slice(0, longestAlias),
      source: 'canary-judge',
      priority: event.kind === 'fail' ? 'P2' : 'P3',
    }
    return { url: `${url}/v2/alerts`, headers, body: JSON.stringify(body) }
  },
}

const longestMessage = 130
const longestAlias = 512
