import type { TargetType } from '../target.ts'

/**
 * A webhook of Microsoft Teams that was made with Workflows and takes an adaptive card:
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 */
export const teams: TargetType = {
  needs: ['url'],
  request({ text, links }, { url }) {
    const card = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      // A RichTextBlock, unlike a TextBlock, takes its text for no Markdown.
      body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text }] }],
      actions: links.map((link) => ({ type: 'Action.OpenUrl', title: link.label, url: link.url })),
    }
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content: card }
    return { url, body: JSON.stringify({ type: 'message', attachments: [attachment] }) }
  },
}
