import type { SeenLabel } from '../../../judge/ports/diagnosis.ts'
import type { Labels } from '../arms/arms.ts'
import { plainText } from '../client/plain-text.ts'

const MOST_VALUES = 5
const MOST_LABELS = 40

/** Different values of a label, without the empty one. */
export function valuesOf(all: readonly Labels[], label: string): readonly string[] {
  return [...new Set(all.flatMap((labels) => labels[label] ?? []))].filter((value) => value !== '').toSorted()
}

/** A few of the texts, and how many more there are. */
export function listed(texts: readonly string[], most = MOST_VALUES): string {
  const shown = texts
    .slice(0, most)
    .map((text) => plainText(text))
    .join(', ')
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown
}

/** Values between quotes. */
export function named(values: readonly string[]): string {
  return listed(values.map((value) => `"${value}"`))
}

export function seenLabels(all: readonly Labels[]): readonly SeenLabel[] {
  const names = [...new Set(all.flatMap((labels) => Object.keys(labels)))].filter(
    (name) => name !== '__name__',
  )
  return names
    .toSorted()
    .slice(0, MOST_LABELS)
    .map((name) => {
      const values = valuesOf(all, name)
      return { name, values: values.slice(0, MOST_VALUES), count: values.length }
    })
}

/** 90 s, 35 min, 2 h. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`
}
