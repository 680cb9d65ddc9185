import { createSimulatedClock } from '../controllers/simulated-clock.ts'
import { startHere } from '../whole-rollouts/service.ts'
import type { Service } from '../whole-rollouts/service.ts'

export const start = Date.parse('2026-11-20T10:00:00Z')

/** Starts the whole service with the bundled policies and these. Its Prometheus is away, so every look is inconclusive. */
export const startJudge = (
  policies: Readonly<Record<string, string>>,
  clock = createSimulatedClock(start),
): Promise<Service> => startHere({ clock, prometheusUrl: 'http://127.0.0.1:9', policies })
