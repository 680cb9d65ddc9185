import type { z } from 'zod'
import type { Caller } from './auth/caller.ts'
import type { Role } from './auth/roles.ts'
import { checkInput } from './request/check-input.ts'

/** One row of a route table. The router and the OpenAPI document are made from it. */
export interface Route {
  readonly method: 'get' | 'post'
  /** With parameters as `{id}`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  /** One of these roles is enough; an empty list = open to all. */
  readonly roles: readonly Role[]
  /** Which rate limit applies; routes that controllers call have none. */
  readonly limit: 'none' | 'read' | 'decide'
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly body: RouteBody
  readonly answers: Readonly<Record<number, DocumentedAnswer>>
  /** Whether the route is left out of the documentation, such as files of a page. */
  readonly hidden: boolean
  readonly run: (input: RouteInput) => Promise<Answer>
}

export interface RouteGroup {
  readonly name: string
  readonly description: string
  readonly routes: readonly Route[]
}

export interface RouteBody<B extends z.ZodType = z.ZodType> {
  /**
   * `text` and `bytes` give the handler the body without parsing it; `none` does not read a body. A `form` comes from one
   * of our own pages, and is refused from other sites and without the token of its page.
   */
  readonly form: 'json' | 'form' | 'text' | 'bytes' | 'none'
  readonly types: readonly string[]
  readonly schema: B
  /** Which limit of the configuration applies. */
  readonly size: 'normal' | 'recording'
}

export interface DocumentedAnswer {
  readonly description: string
  readonly type: string
  readonly schema?: z.ZodType
  /** Other types in which the answer is available, depending on the Accept header. */
  readonly alsoAs?: readonly string[]
}

/** The session of the browser that asks. */
export interface PageSession {
  /** Whether somebody has signed in. */
  readonly isOpen: boolean
  /** The field `csrf` that every form of a page must contain. */
  readonly formToken: () => Promise<string>
  readonly isFormToken: (token: string) => Promise<boolean>
  /** Gives the header `Set-Cookie`. Rejects for an unknown token, as every other route does. */
  readonly begin: (token: string) => Promise<string>
  readonly end: () => string
}

export interface RouteContext {
  readonly caller: Caller
  readonly session: PageSession
  readonly requestId: string
  /** Aborts when the client has disconnected. */
  readonly signal: AbortSignal
}

export interface RouteInput extends RouteContext {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** `formats` are sent instead where the Accept header prefers them. */
export type Answer =
  | {
      readonly status: number
      readonly json: object
      readonly formats?: { readonly text?: () => string; readonly html?: () => string }
      readonly headers?: Readonly<Record<string, string>>
    }
  | {
      readonly status: number
      readonly type: string
      readonly content: string | Buffer
      readonly headers?: Readonly<Record<string, string>>
    }
  | {
      readonly status: number
      readonly type: string
      /** Sent one by one as they come, until the last one or until the client disconnects. */
      readonly pieces: AsyncIterable<string>
      readonly headers?: Readonly<Record<string, string>>
    }

interface Request<P, Q, B> extends RouteContext {
  readonly params: P
  readonly query: Q
  readonly body: B
}

interface Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> extends Omit<
  Route,
  'run' | 'params' | 'query' | 'body' | 'hidden'
> {
  readonly params: P
  readonly query: Q
  readonly body: RouteBody<B>
  readonly hidden?: boolean
  readonly handle: (request: Request<z.output<P>, z.output<Q>, z.output<B>>) => Answer | Promise<Answer>
}

interface BytesDefinition<P extends z.ZodObject, Q extends z.ZodObject> extends Omit<
  Definition<P, Q, z.ZodType>,
  'handle'
> {
  readonly handle: (
    request: Omit<Request<z.output<P>, z.output<Q>, never>, 'body'> & { readonly bytes: Buffer },
  ) => Promise<Answer>
}

/** A route that reads its body itself, because the body may be large. The schema is only for the documentation. */
export function bytesRoute<P extends z.ZodObject, Q extends z.ZodObject>(
  definition: BytesDefinition<P, Q>,
): Route {
  const { handle, hidden = false, ...rest } = definition
  return {
    ...rest,
    hidden,
    async run({ body, ...input }) {
      const params = checkInput(definition.params, input.params, 'path')
      const query = checkInput(definition.query, input.query, 'query')
      return handle({ ...input, params, query, bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0) })
    },
  }
}

/** A route whose input is checked against the schemas before the handler gets it. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: Definition<P, Q, B>,
): Route {
  const { handle, hidden = false, ...rest } = definition
  return {
    ...rest,
    hidden,
    async run(input) {
      const params = checkInput(definition.params, input.params, 'path')
      const query = checkInput(definition.query, input.query, 'query')
      const body = checkInput(definition.body.schema, input.body, 'body')
      return handle({ ...input, params, query, body })
    },
  }
}
