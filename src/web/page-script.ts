/**
 * The script of every page: it shows times in the reader's time zone, and refreshes the page of a run in progress.
 * Pages work without it. The refreshed content comes from the same address and is parsed as HTML in which no script
 * runs.
 */
export const pageScript = `'use strict'
const day = { month: 'short', day: 'numeric' }
const clock = { hour: '2-digit', minute: '2-digit' }
const show = (text, options) => new Date(text).toLocaleString(undefined, options)
function localTimes(part) {
  for (const time of part.querySelectorAll('time')) time.textContent = show(time.dateTime, { ...day, ...clock })
  for (const tick of part.querySelectorAll('text[data-at]')) tick.textContent = show(tick.dataset.at, clock)
  for (const zone of part.querySelectorAll('.zone')) zone.textContent = ''
}
async function follow() {
  if (document.hidden || !document.querySelector('main[data-follow]')) return
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
  if (!answer.ok) return
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const [before, after] = [document.querySelector('main'), next.querySelector('main')]
  const open = [...before.querySelectorAll('details')].map((details) => details.open)
  after.querySelectorAll('details').forEach((details, index) => { details.open = open[index] === true })
  localTimes(after)
  before.replaceWith(after)
  document.title = next.title
}
localTimes(document)
setInterval(() => void follow().catch(() => undefined), 10000)
`
