import type { AddCommand } from './command.ts'
import { addAa } from './aa/aa-command.ts'
import { addBacktest } from './backtest/backtest-command.ts'
import { addCheck } from './check/check-command.ts'
import { addCompletion } from './completion/completion-command.ts'
import { addDemo } from './demo/demo-command.ts'
import { addDoctor } from './doctor/doctor-command.ts'
import { addImport } from './import/import-command.ts'
import { addLint } from './lint/lint-command.ts'
import { addNotify } from './notify/notify-command.ts'
import { addPlan } from './plan/plan-command.ts'
import { addReplay } from './replay/replay-command.ts'
import { addShip } from './ship/ship-command.ts'

/** In the order of `--help`. */
export const commands: Readonly<Record<string, AddCommand>> = {
  demo: addDemo,
  check: addCheck,
  ship: addShip,
  plan: addPlan,
  lint: addLint,
  replay: addReplay,
  import: addImport,
  backtest: addBacktest,
  aa: addAa,
  doctor: addDoctor,
  notify: addNotify,
  completion: addCompletion,
}
