/** One exchange on a route, as the API page and `/docs` show it. */
export interface Example {
  /** With parameters and query filled in, where the route has some. */
  readonly path?: string
  /** The body of the request: an object, or the text itself. */
  readonly body?: object | string
  /** The body of the first successful answer. */
  readonly answer?: object | string
}

export type Examples = Readonly<Record<string, Example>>
