import { startProxy } from './proxy.ts'

/** Sends each query to the Prometheus behind it once, and answers later requests for the same query from memory. */
export function startRememberingProxy(
  target: string,
  seconds: () => number,
): Promise<{ readonly url: string; close(): void }> {
  const known = new Map<string, Promise<Buffer>>()
  const ask = async (path: string, body: string): Promise<Buffer> => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${target}${path}`, { method: 'POST', headers, body })
    return Buffer.from(await answer.arrayBuffer())
  }
  const time = (): string =>
    `{"status":"success","data":{"resultType":"scalar","result":[${seconds()},"${seconds()}"]}}`
  return startProxy(async ({ path, body }) => {
    if (new URLSearchParams(body).get('query') === 'time()') return { status: 200, body: time() }
    const key = `${path} ${body}`
    const answer = known.get(key) ?? ask(path, body)
    known.set(key, answer)
    return { status: 200, body: await answer }
  })
}
