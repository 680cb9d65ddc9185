/** What the new release does to its own pods. All ratios are to stable: 1 = alike. Minutes count from the rollout's start. */
export interface Effect {
  /** Of the share of failed requests. */
  readonly errors?: number
  /** Of every quantile of latency. */
  readonly latency?: number
  /** Of the share of checkouts that become orders. */
  readonly conversion?: number
  readonly memory?: number
  /** Minute from which the four ratios hold; 0 unless given. */
  readonly fromMinute?: number
  /** This share of the canary's requests fails, from some minute on. */
  readonly crash?: { readonly failing: number; readonly fromMinute: number }
  /** Only the first so many canary pods are ill. */
  readonly badPods?: { readonly pods: number; readonly errors: number; readonly latency: number }
  /** Memory and latency grow by these shares of their level each minute; errors jump when it has gone on for a while. */
  readonly leak?: {
    readonly memoryPerMinute: number
    readonly latencyPerMinute: number
    readonly errors: number
    readonly errorsFromMinute: number
  }
}

export const effects = {
  none: {},
  'errors-x1.5': { errors: 1.5 },
  'errors-x2': { errors: 2 },
  'errors-x3': { errors: 3 },
  'errors-x10': { errors: 10 },
  'errors-x2-late': { errors: 2, fromMinute: 20 },
  'latency-10': { latency: 1.1 },
  'latency-25': { latency: 1.25 },
  'latency-x2': { latency: 2 },
  crash: { crash: { failing: 0.9, fromMinute: 0 } },
  'bad-pod': { badPods: { pods: 1, errors: 10, latency: 1 } },
  leak: { leak: { memoryPerMinute: 0.015, latencyPerMinute: 0.01, errors: 3, errorsFromMinute: 20 } },
  'conversion-5': { conversion: 0.95 },
  'conversion-20': { conversion: 0.8 },
} as const satisfies Readonly<Record<string, Effect>>
