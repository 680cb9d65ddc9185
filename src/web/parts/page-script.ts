/**
 * The script of every page: it shows times in the reader's time zone, and refreshes the page of a run in progress as soon
 * as the run changes, and other pages every ten seconds. Pages work without it. The refreshed content comes from the same
 * address and is parsed as HTML in which no script runs.
 */
export const pageScript = `'use strict'
const day = { month: 'short', day: 'numeric' }
const clock = { hour: '2-digit', minute: '2-digit' }
const show = (text, options) => new Date(text).toLocaleString(undefined, options)
const main = () => document.querySelector('main')
function localTimes(part) {
  for (const time of part.querySelectorAll('time')) time.textContent = show(time.dateTime, { ...day, ...clock })
  for (const tick of part.querySelectorAll('text[data-at]')) tick.textContent = show(tick.dataset.at, { ...clock, hourCycle: 'h23' })
  for (const origin of part.querySelectorAll('.origin')) origin.textContent = location.origin + origin.dataset.base
  for (const zone of part.querySelectorAll('.zone')) zone.textContent = ''
}
// Text that a person has begun to write stays.
function keepForm(before, after) {
  const [mine, fresh] = [before.querySelector('form.decide'), after.querySelector('form.decide')]
  const focused = mine?.contains(document.activeElement) ? document.activeElement : undefined
  if (!fresh || !mine || (!focused && !mine.elements.reason.value)) return () => undefined
  fresh.replaceWith(mine)
  return () => focused?.focus()
}
async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
  if (!answer.ok) return
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const [before, after] = [main(), document.importNode(next.querySelector('main'), true)]
  const open = [...before.querySelectorAll('details')].map((details) => details.open)
  after.querySelectorAll('details').forEach((details, index) => { details.open = open[index] === true })
  localTimes(after)
  const focusAgain = keepForm(before, after)
  before.replaceWith(after)
  focusAgain()
  document.title = next.title
  if (after.dataset.events === undefined) stopListening()
}
const tryRefresh = () => void refresh().catch(() => undefined)
let source
function stopListening() {
  source?.close()
  source = undefined
}
function listen() {
  stopListening()
  const { events } = main().dataset
  if (document.hidden || events === undefined) return
  source = new EventSource(events)
  source.addEventListener('changed', tryRefresh)
}
localTimes(document)
listen()
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && main().dataset.follow !== undefined) tryRefresh()
  listen()
})
setInterval(() => {
  const hears = source !== undefined && source.readyState !== EventSource.CLOSED
  if (!hears && !document.hidden && main().dataset.follow !== undefined) tryRefresh()
}, 10000)
`
