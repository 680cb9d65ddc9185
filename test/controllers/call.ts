export interface ControllerRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The timeout of the whole exchange. The models give up when the `tookMs` of an answer is longer. */
  readonly timeoutMs: number
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** How long the answer took on the simulated clock; 0 when absent. */
  readonly tookMs?: number
}

/** There was no answer: the connection was refused or reset, or the answer came too late on the real clock. */
export interface NoReply {
  readonly failure: string
  readonly tookMs?: number
}

/** How a controller calls the service. An error that it throws is a mistake of the test and ends the simulation. */
export type Call = (url: string, request: ControllerRequest) => Promise<Reply | NoReply>
