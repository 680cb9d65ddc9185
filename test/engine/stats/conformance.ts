import { readFileSync } from 'node:fs'
import { z } from 'zod'

const url = new URL('../../reference/conformance.json', import.meta.url)
const rankInterval = z.object({ l: z.number(), u: z.number(), coverage: z.number() })
const tail = z.object({ tab: z.tuple([z.number(), z.number(), z.number(), z.number()]), binom_p: z.number() })

/** Published examples for the functions of src/engine/stats. */
export const conformance = z
  .object({
    'HW permeability': z.object({
      U: z.number(),
      p_greater_exact: z.number(),
      p_two_exact: z.number(),
      p_two_asym_cc: z.number(),
      HL: z.number(),
      ci_exact: z.array(z.number()),
    }),
    'SRM 821588/815482 50:50': z.object({ statistic: z.number(), pvalue: z.number() }),
    'wilson 15/148 (Newcombe 1998a)': z.object({ cp: z.tuple([z.number(), z.number()]) }),
    'rank CI n=100 p=0.9 (95%)': rankInterval,
    'rank CI n=1000 p=0.95 (95%)': rankInterval,
    'rank CI n=150 p=0.99 (95%)': rankInterval,
    tiny: z.array(tail),
  })
  .parse(JSON.parse(readFileSync(url, 'utf8')))
