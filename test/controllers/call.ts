export interface ControllerRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For the whole exchange. The models give up on an answer whose `tookMs` is longer. */
  readonly timeoutMs: number
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** How long the answer took on the simulated clock; 0 when absent. */
  readonly tookMs?: number
}

/** No answer: refused, reset, or too late on the real clock. */
export interface NoReply {
  readonly failure: string
  readonly tookMs?: number
}

/** How a controller reaches the service. What it throws ends the simulation: it is a mistake of the test. */
export type Call = (url: string, request: ControllerRequest) => Promise<Reply | NoReply>
