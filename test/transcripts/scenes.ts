import {
  minute,
  rollOutWithArgo,
  rollOutWithFlagger,
  type Scene,
  type SceneOptions,
  setScene,
} from '../whole-rollouts/roll-out.ts'
import type { Service } from '../whole-rollouts/service.ts'
import { startForPeople } from './start-for-people.ts'

type Open = () => Promise<Scene<Service>>

/** A scene that a page can name: a service in a certain state, with a simulated Prometheus and a simulated clock. */
export const scenes: Readonly<Record<string, Open>> = {
  'argo aborted a bad canary': () => afterArgo({ effect: { errors: 3 } }),
  'argo paused for want of traffic': () => afterArgo({ rps: 1 }),
  'argo paused without canary traffic': () => afterArgo({ routes: false }),
  'argo asks while prometheus is down': async () => {
    const scene = await afterArgo({ rps: 1 })
    scene.world.prometheus.setFault({ kind: 'down' })
    return scene
  },
  'argo asks': async () => {
    const scene = await open({ controller: 'argo' })
    scene.world.setWeight(5)
    await scene.clock.wait(20_000)
    return scene
  },
  'flagger holds for want of traffic': async () => {
    const scene = await open({ controller: 'flagger', rps: 1 })
    await rollOutWithFlagger(scene, { maxTicks: 20 })
    await scene.clock.wait(minute / 2)
    return scene
  },
  'nothing rolls out': () => open({ controller: 'flagger' }),
  'flagger begins': () => open({ controller: 'flagger' }),
  'flagger begins a bad one': () => open({ controller: 'flagger', effect: { errors: 3 } }),
}

const open = (options: SceneOptions): Promise<Scene<Service>> => setScene(options, startForPeople)

/** When Argo has stopped, aborted or paused. */
async function afterArgo(options: Omit<SceneOptions, 'controller'>): Promise<Scene<Service>> {
  const scene = await open({ controller: 'argo', ...options })
  await rollOutWithArgo(scene)
  await scene.clock.wait(minute / 2)
  return scene
}
