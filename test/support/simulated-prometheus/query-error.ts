/** The error of Prometheus for a query that cannot be evaluated. */
export class QueryError extends Error {
  readonly errorType: 'bad_data' | 'execution'

  constructor(errorType: 'bad_data' | 'execution', message: string) {
    super(message)
    this.name = 'QueryError'
    this.errorType = errorType
  }
}

/** Valid PromQL that the simulation does not cover. It is refused, so that no test gets a wrong number. */
export function notSimulated(what: string): QueryError {
  return new QueryError('bad_data', `invalid parameter "query": not simulated: ${what}`)
}

export function parseError(position: number, what: string): QueryError {
  return new QueryError('bad_data', `invalid parameter "query": 1:${position + 1}: parse error: ${what}`)
}
