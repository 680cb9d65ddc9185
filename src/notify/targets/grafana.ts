import type { TargetType } from '../target.ts'

/** Annotations on all dashboards: https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ */
export const grafana: TargetType = {
  needs: ['url', 'key'],
  request({ event, text, links }, { url, key }) {
    const [open] = links
    const body = {
      time: event.at,
      tags: ['canary-judge', event.kind, `namespace:${event.namespace}`, `name:${event.name}`],
      // Grafana shows it as HTML that it cleans.
      text: [
        escaped(text),
        ...(open === undefined ? [] : [`<a href="${escaped(open.url)}">${open.label}</a>`]),
      ].join('\n'),
    }
    return {
      url: `${url}/api/annotations`,
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    }
  },
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
