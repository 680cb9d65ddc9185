import type { Request, Response } from 'express'
import type { Answer } from '../route.ts'

export async function sendAnswer(request: Request, response: Response, answer: Answer): Promise<void> {
  response.status(answer.status)
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  if ('content' in answer) {
    sendContent(response, answer.type, answer.content)
    return
  }
  if ('pieces' in answer) {
    response.setHeader('Content-Type', answer.type)
    await sendPieces(response, answer.pieces)
    return
  }
  const { text, html } = answer.formats ?? {}
  const offered = ['application/json', ...(text ? ['text/plain'] : []), ...(html ? ['text/html'] : [])]
  if (offered.length > 1) response.vary('Accept')
  // a client that accepts none of the types gets JSON: a verdict is more useful than a 406
  const wanted = request.accepts(offered)
  if (wanted === 'text/plain' && text) sendContent(response, 'text/plain; charset=utf-8', text())
  else if (wanted === 'text/html' && html) sendContent(response, 'text/html; charset=utf-8', html())
  else sendContent(response, 'application/json; charset=utf-8', JSON.stringify(answer.json))
}

async function sendPieces(response: Response, pieces: AsyncIterable<string>): Promise<void> {
  // otherwise nginx would collect the pieces before it sends them
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  if (response.req.method !== 'HEAD') {
    for await (const piece of pieces) {
      if (response.destroyed) return
      if (!response.write(piece)) await room(response)
    }
  }
  response.end()
}

/** Resolves when the client has read what was written, or has disconnected. */
const room = (response: Response): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })

/** Sends Content-Length always, so that a client notices when the connection ends too early. */
export function sendContent(response: Response, type: string, content: string | Buffer): void {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', body.length)
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
