import type { Call, ControllerRequest, NoReply, Reply } from './call.ts'
import type { ControllerClock } from './simulated-clock.ts'

const maxRedirects = 10

/** One exchange as Go's HTTP client makes it: one timeout for the whole exchange, and redirects are followed. */
export async function exchange(
  url: string,
  request: ControllerRequest,
  { call, clock }: { readonly call: Call; readonly clock: ControllerClock },
): Promise<Reply | NoReply> {
  const deadline = clock.now() + request.timeoutMs
  let target = withoutUserInfo(url, request)
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const timeoutMs = deadline - clock.now()
    const reply = await call(target.url, { ...target.request, timeoutMs })
    const tookMs = reply.tookMs ?? 0
    await clock.wait(Math.min(tookMs, timeoutMs))
    if (tookMs > timeoutMs) return { failure: 'timeout' }
    if ('failure' in reply) return reply
    const location = reply.headers?.['location']
    if (![301, 302, 303, 307, 308].includes(reply.status) || location === undefined) return reply
    target = redirected(target, reply.status, location)
  }
  return { failure: `stopped after ${maxRedirects} redirects` }
}

interface Target {
  readonly url: string
  readonly request: ControllerRequest
}

/** Takes the name and password out of the address and sends them as Basic authentication. */
function withoutUserInfo(address: string, request: ControllerRequest): Target {
  const url = new URL(address)
  if (url.username === '' && url.password === '') return { url: address, request }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  return {
    url: url.href,
    request: { ...request, headers: { ...request.headers, Authorization: authorization } },
  }
}

function redirected({ url, request }: Target, status: number, location: string): Target {
  const next = new URL(location, url).href
  if (status === 307 || status === 308) return { url: next, request }
  return { url: next, request: { ...request, method: 'GET', body: '' } }
}
