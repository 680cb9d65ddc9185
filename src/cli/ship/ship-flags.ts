import { AppError } from '../../errors.ts'

export type ShipVerb = 'start' | 'status' | 'promote' | 'rollback' | 'abort'

/** The flags as commander gives them; those from `image` on belong to `start`. */
export interface ShipFlags {
  readonly app: string
  readonly namespace?: string
  readonly context?: string
  readonly who?: string
  readonly why: string
  readonly readyWithin?: string
  readonly dryRun?: true
  readonly image?: readonly string[]
  readonly stages?: string
  readonly nginx?: true
  readonly container?: string
  readonly url?: string
  readonly prometheus?: string
  readonly tokenFile?: string
  readonly token?: string
  readonly policy?: string
  readonly param?: readonly string[]
  readonly minutes?: string
  readonly wait?: string
  readonly interval?: string
}

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,54}[a-z0-9])?$/

export function appsOf({ app }: ShipFlags): readonly string[] {
  const apps = app.split(',')
  const wrong = apps.find((name) => !dnsLabel.test(name))
  if (wrong !== undefined) throw mistake('app', 'names of Deployments without -stable', wrong)
  if (new Set(apps).size < apps.length) throw mistake('app', 'each app once', app)
  return apps
}

/** One image for all, or `app=image` for each. */
export function imagesOf({ image = [] }: ShipFlags, apps: readonly string[]): ReadonlyMap<string, string> {
  const [only] = image
  if (image.length === 1 && only !== undefined && !only.includes('=')) {
    if (!/^[\w./:@-]+$/.test(only)) throw mistake('image', 'an image', only)
    return new Map(apps.map((app) => [app, only]))
  }
  const pairs = image.map((text) => {
    const [, app, one] = /^([^=]+)=([\w./:@-]+)$/.exec(text) ?? []
    if (app === undefined || one === undefined || !apps.includes(app))
      throw mistake('image', `app=image with an app of ${apps.join()}`, text)
    return [app, one] as const
  })
  const images = new Map(pairs)
  const without = apps.find((app) => !images.has(app))
  if (without !== undefined) throw mistake('image', `one for ${without} too`, image.join(' '))
  return images
}

const mistake = (flag: string, expected: string, got: string): AppError =>
  new AppError('bad-request', `--${flag}: expected ${expected}, got "${got.slice(0, 60)}"`)
