import { callOverHttp } from '../controllers/call-over-http.ts'
import { runApp } from '../support/service/run-app.ts'
import { controllerToken, type Service, type ServiceOptions } from '../whole-rollouts/service.ts'

export const personsToken = 'a-token-of-ann-0123456789'

/** Starts the service in this process, with a token for a controller and one for a person who may ask and decide. */
export async function startForPeople({ clock, prometheusUrl }: ServiceOptions): Promise<Service> {
  const running = await runApp({
    env: {
      CANARY_JUDGE_TOKENS: `controller:judge:${controllerToken},ann:judge+decide:${personsToken}`,
      PROMETHEUS_URL: prometheusUrl,
    },
    overrides: { clock },
  })
  return {
    call: callOverHttp(running.url),
    urls: () => [running.url],
    [Symbol.asyncDispose]: () => running.app.stop(),
  }
}
