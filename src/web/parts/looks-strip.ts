import { type Html, html } from './html.ts'
import { badge, time } from './pieces.ts'
import type { Look } from '../reading/read-run.ts'

const heights = { pass: 10, inconclusive: 18, fail: 26 } as const

/** Every look as a bar: the worse the verdict, the higher the bar. */
export function looksStrip(base: string, looks: readonly Look[]): Html {
  if (looks.length === 0) return html``
  const bars = looks.map(({ verdict, at }, index) => {
    const height = heights[verdict]
    const title = `${new Date(at).toISOString().slice(11, 16)} UTC: ${verdict}`
    return html`<rect class="${verdict}" x="${index}" y="${26 - height}" width="0.8" height="${height}"
      ><title>${title}</title></rect
    >`
  })
  const changes = looks.filter(({ verdict }, index) => verdict !== looks[index - 1]?.verdict)
  return html`<figure>
      <figcaption>
        ${looks.length === 1 ? 'one look' : `${looks.length} looks`}, the worse the higher
      </figcaption>
      <svg
        class="strip"
        viewBox="0 0 ${Math.max(looks.length, 30)} 26"
        preserveAspectRatio="none"
        role="img"
        aria-label="The verdict of each look; the list of changes says the same"
      >
        ${bars}
      </svg>
    </figure>
    <details>
      <summary>When the verdict changed</summary>
      <ul>
        ${changes.map(
          ({ id, verdict, at, summary }) =>
            html`<li>
              ${time(at)} ${badge(verdict)}
              <a href="${base}/verdicts/${encodeURIComponent(id)}">${summary}</a>
            </li>`,
        )}
      </ul>
    </details>`
}
