import type { Outcome } from '../../engine/model/verdict.ts'
import { type Html, html } from './html.ts'

const shapes = { pass: '✓', fail: '✕', inconclusive: '◐' } as const

/** A verdict as word, shape and colour. */
export function badge(verdict: Outcome | undefined): Html {
  if (verdict === undefined) return html`<span class="badge none">no verdict</span>`
  return html`<span class="badge ${verdict}"
    ><span aria-hidden="true">${shapes[verdict]}</span> ${verdict}</span
  >`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time in UTC; the script shows it in the reader's time zone and keeps UTC in the title. */
export function time(ms: number): Html {
  const iso = new Date(ms).toISOString()
  const day = `${months[new Date(ms).getUTCMonth()] ?? ''} ${new Date(ms).getUTCDate()}`
  return html`<time datetime="${iso}" title="${iso.slice(0, 19).replace('T', ' ')} UTC"
    >${day}, ${iso.slice(11, 16)} UTC</time
  >`
}

/** The share of the traffic that the canary has. */
export function weightBar(weight: number): Html {
  const done = Math.min(Math.max(weight, 0), 100)
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect width="100" height="8" />
    <rect class="done" width="${done}" height="8" />
  </svg>`
}
