import type { TargetType } from '../target.ts'

/** A webhook of a channel: https://discord.com/developers/docs/resources/webhook#execute-webhook */
export const discord: TargetType = {
  needs: ['url'],
  request({ text, links }, { url }) {
    const lines = [escaped(text), links.map((link) => `[${link.label}](<${link.url}>)`).join(' · ')]
    const body = {
      content: lines.filter((line) => line !== '').join('\n'),
      // No name can call anybody.
      allowed_mentions: { parse: [] },
      flags: suppressEmbeds,
    }
    return { url, body: JSON.stringify(body) }
  },
}

const suppressEmbeds = 4

const escaped = (text: string): string => text.replaceAll(/[\\`*_~|>#[\]()<:-]/g, String.raw`\$&`)
