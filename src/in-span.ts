import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api'

/** Does the work in a span of OpenTelemetry. A process without an SDK only does the work. */
export async function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return trace.getTracer('canary-judge').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
