import { Agent, request } from 'node:http'
import type { PassedRequest } from './counting-proxy.ts'
import { measured, type Cost } from './speed-looks.ts'

/**
 * Sends the queries of a look and only parses the JSON: first the queries of histograms' history, then all others at
 * once. What a look costs beyond this is the cost of canary-judge.
 */
export async function bareLook(url: string, requests: readonly PassedRequest[]): Promise<Cost> {
  const agent = new Agent({ keepAlive: true })
  const seconds: number[] = []
  const ask = async (one: PassedRequest): Promise<void> => {
    const begin = performance.now()
    JSON.parse(await send(agent, url, one))
    seconds.push((performance.now() - begin) / 1000)
  }
  const isHistory = ({ body }: PassedRequest): boolean => body.includes('increase')
  const { cost } = await measured(async () => {
    await Promise.all(requests.filter(isHistory).map(ask))
    await Promise.all(requests.filter((one) => !isHistory(one)).map(ask))
  }, seconds)
  agent.destroy()
  return cost
}

function send(agent: Agent, url: string, { path, body }: PassedRequest): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
