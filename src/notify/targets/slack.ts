import type { TargetType } from '../target.ts'

/** An incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack: TargetType = {
  needs: ['url'],
  request({ text, links }, { url }) {
    const lines = [escaped(text), links.map((link) => `<${link.url}|${link.label}>`).join(' · ')]
    const body = {
      text: lines.filter((line) => line !== '').join('\n'),
      unfurl_links: false,
      unfurl_media: false,
    }
    return { url, body: JSON.stringify(body) }
  },
}

/** Then no name can call a channel, as `<!channel>` does: https://docs.slack.dev/messaging/formatting-message-text */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
