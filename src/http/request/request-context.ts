import type { IncomingMessage } from 'node:http'
import type { Caller } from '../auth/caller.ts'

/** What becomes known about a request while it is handled. */
export interface RequestContext {
  readonly requestId: string
  /** Path template of the route that answers. */
  route?: string
  caller?: Caller
}

const contexts = new WeakMap<IncomingMessage, RequestContext>()

export function setRequestContext(request: IncomingMessage, context: RequestContext): void {
  contexts.set(request, context)
}

export function requestContext(request: IncomingMessage): RequestContext {
  return contexts.get(request) ?? { requestId: '' }
}
