import type { NotifySettings, TargetSettings } from '../../notify/settings.ts'
import { targetTypes } from '../../notify/target-types.ts'
import type { WrittenNotify } from './notify-schema.ts'
import type { FileReader } from './read-files.ts'
import { resolveSecret } from './resolve-source.ts'
import type { Secret } from './secret.ts'

export type NotifyConfig = Omit<NotifySettings, 'publicUrl'>

/** Messages with the contents of their files; mistakes are noted with the reader. */
export async function resolveNotify(
  { targets: written, routes, templates, links }: WrittenNotify,
  publicUrl: string | undefined,
  reader: FileReader,
): Promise<NotifyConfig> {
  const targets = await Promise.all(
    Object.entries(written).map(
      async ([name, target]) => [name, await resolve(name, target, reader)] as const,
    ),
  )
  for (const [index, route] of (routes ?? []).entries()) {
    for (const name of route.targets) {
      if (Object.hasOwn(written, name)) continue
      reader.mistakes.push(
        `notify.routes[${index}].targets: expected a name of notify.targets, got "${name}"`,
      )
    }
  }
  if (links !== undefined && publicUrl === undefined) {
    reader.mistakes.push('notify.links: expected publicUrl beside it, got none: links need an address')
  }
  return {
    targets: Object.fromEntries(targets),
    routes: routes ?? [{ targets: Object.keys(written) }],
    templates,
    ...(links !== undefined && {
      links: { expireMs: links.expire * 1000 },
    }),
  }
}

async function resolve(
  name: string,
  { type, ...written }: WrittenNotify['targets'][string],
  reader: FileReader,
): Promise<TargetSettings> {
  const place = `notify.targets.${name}`
  const secret = async (part: 'url' | 'key'): Promise<Secret | undefined> => {
    const value = written[part]
    if (value !== undefined) return resolveSecret(`${place}.${part}`, value, reader)
    const isNeeded = targetTypes.get(type)?.needs.includes(part) === true
    if (isNeeded) reader.mistakes.push(`${place}.${part}: expected it for the type ${type}, got nothing`)
    return undefined
  }
  const [url, key] = await Promise.all([secret('url'), secret('key')])
  if (url !== undefined && !isHttp(url)) {
    reader.mistakes.push(`${place}.url: expected an http or https URL`)
  }
  return { type, ...(url !== undefined && { url }), ...(key !== undefined && { key }) }
}

/** What is empty is a file that cannot be read, which is noted already. */
function isHttp(url: Secret): boolean {
  const text = url.reveal()
  return text === '' || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
}
