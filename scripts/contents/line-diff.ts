/** The lines that differ, those of `before` with `-`, those of `after` with `+`; without the indentation that all have. */
export function lineDiff(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const common = commonLengths(old, now)
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      i += 1
      j += 1
    } else if (
      j >= now.length ||
      (i < old.length && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))
    ) {
      lines.push(`-${old[i]}`)
      i += 1
    } else {
      lines.push(`+${now[j]}`)
      j += 1
    }
  }
  const indent = Math.min(...lines.map((line) => line.slice(1).search(/\S/)).filter((width) => width >= 0))
  return lines.map((line) => `${line[0]} ${line.slice(1 + indent)}`.trimEnd()).join('\n')
}

/** How long the longest common part is from each pair of lines on. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = Array.from({ length: old.length + 1 }, () => [])
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const longest = Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1))
      const row = table[i] ?? []
      row[j] = old[i] === now[j] ? lengthAt(table, i + 1, j + 1) + 1 : longest
    }
  }
  return table
}

const lengthAt = (table: readonly (readonly number[])[], i: number, j: number): number => table[i]?.[j] ?? 0
