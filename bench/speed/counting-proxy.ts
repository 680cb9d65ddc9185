import { startProxy } from './proxy.ts'

export interface CountingProxy {
  readonly url: string
  /** The queries and points that went through since the last call of this function. */
  take(): Passed
  close(): void
}

export interface Passed {
  readonly points: number
  readonly requests: readonly PassedRequest[]
}

export interface PassedRequest {
  readonly path: string
  readonly body: string
}

/** Starts a proxy that passes queries on and counts the points of the answers. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let points = 0
  let requests: PassedRequest[] = []
  const { url, close } = await startProxy(async ({ path, method, body }) => {
    const answer = await fetch(`${target}${path}`, {
      method,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      ...(body !== '' && { body }),
    })
    const text = await answer.text()
    requests.push({ path, body })
    // every point is a pair of time and quoted value
    points += text.match(/\[\d+(?:\.\d+)?,"/g)?.length ?? 0
    return { status: answer.status, body: text }
  })
  return {
    url,
    take() {
      const taken = { points, requests }
      points = 0
      requests = []
      return taken
    },
    close,
  }
}
