import type { TargetType } from './target.ts'
import { discord } from './targets/discord.ts'
import { grafana } from './targets/grafana.ts'
import { opsgenie } from './targets/opsgenie.ts'
import { pagerduty } from './targets/pagerduty.ts'
import { slack } from './targets/slack.ts'
import { teams } from './targets/teams.ts'
import { webhook } from './targets/webhook.ts'

/** By the word that stands in `type`; a new one is one more line here. */
export const targetTypes: ReadonlyMap<string, TargetType> = new Map(
  Object.entries({ slack, teams, discord, pagerduty, opsgenie, webhook, grafana }),
)
