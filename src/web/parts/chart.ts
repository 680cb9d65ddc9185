import { type Html, html } from './html.ts'

export interface Line {
  readonly style: 'canary' | 'stable' | 'pass'
  readonly points: readonly { readonly at: number; readonly value: number | undefined }[]
}

export interface Mark {
  readonly at: number
  readonly text: string
}

export interface Chart {
  /** A description for readers who cannot see it. */
  readonly label: string
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
  /** Every other step is shaded. */
  readonly steps: readonly { readonly from: number; readonly to: number }[]
  readonly lines: readonly Line[]
  readonly band?: readonly { readonly at: number; readonly low: number; readonly high: number }[]
  /** Moments at which the data have a flaw, with what it is. */
  readonly marks: readonly Mark[]
  readonly levels: readonly { readonly style: 'fail' | 'pass' | 'alike'; readonly value: number }[]
  readonly toText: (value: number) => string
  /** The numbers of each moment as text; shown where the reader points. */
  readonly spots: readonly Mark[]
  /** False where times are since the start of something, not of the clock. */
  readonly isClock?: boolean
}

const plot = { left: 50, right: 332, top: 8, bottom: 124 } as const
const minuteMs = 60_000

/** Lines over time as SVG. Values outside the plot are drawn at its edge. */
export function chart({
  label,
  steps,
  lines,
  band = [],
  marks,
  levels,
  toText,
  spots,
  isClock = true,
  ...range
}: Chart): Html {
  const { low, high } = range
  const x = (at: number): number => scaled(at, range.from, range.to, plot.left, plot.right)
  const y = (value: number): number => scaled(value, low, high, plot.bottom, plot.top)
  const shades = steps
    .filter((_, index) => index % 2 === 0)
    .map(({ from, to }) => {
      const width = tenths(Math.max(x(to) - x(from), 0))
      return html`<rect
        class="shade"
        x="${x(from)}"
        y="${plot.top}"
        width="${width}"
        height="${plot.bottom - plot.top}"
      />`
    })
  const rows = valueTicks(low, high).map(
    (value) =>
      html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}" /><text
          class="tick"
          x="${plot.left - 5}"
          y="${y(value) + 3.5}"
          text-anchor="end"
          >${toText(value)}</text
        >`,
  )
  const clock = clockTicks(range.from, range.to).map((at) => {
    const iso = new Date(at).toISOString()
    const isLast = x(at) > plot.right - 12
    return html`<text
      class="tick"
      x="${isLast ? plot.right + 6 : x(at)}"
      y="140"
      text-anchor="${isLast ? 'end' : 'middle'}"
      ${isClock && html` data-at="${iso}"`}
      >${iso.slice(11, 16)}</text
    >`
  })
  const flaws = marks.map(
    ({ at, text }) =>
      html`<path class="mark" d="M${x(at)} ${plot.top}V${plot.bottom}"><title>${text}</title></path>`,
  )
  const edge = (side: 'low' | 'high'): readonly string[] =>
    band.map((point) => `${x(point.at)} ${y(point[side])}`)
  const area = band.length > 1 && `M${[...edge('high'), ...edge('low').toReversed()].join('L')}Z`
  return html`<svg viewBox="0 0 340 146" role="img" aria-label="${label}">
    ${shades}${flaws}${rows}${clock}${area !== false && html`<path class="band" d="${area}" />`}${levels
      .filter(({ value }) => value >= low && value <= high)
      .map(
        ({ style, value }) =>
          html`<line
            class="level-${style}"
            x1="${plot.left}"
            x2="${plot.right}"
            y1="${y(value)}"
            y2="${y(value)}"
          />`,
      )}${lines.map(({ style, points }) => html`<path class="line-${style}" d="${pathOf(points, x, y)}" />`)}${hoverAreas(spots, x)}
  </svg>`
}

/** At most so many of a list, evenly, and always the last one. */
export function thinned<T>(list: readonly T[], most: number): readonly T[] {
  const every = Math.ceil(list.length / most)
  return list.filter((_, index) => (list.length - 1 - index) % every === 0)
}

const tenths = (value: number): number => Math.round(value * 10) / 10

function scaled(value: number, low: number, high: number, from: number, to: number): number {
  const share = high > low ? (value - low) / (high - low) : 0.5
  return tenths(from + (to - from) * Math.min(Math.max(share, 0), 1))
}

const mostSpots = 36

/** An invisible column for each moment, whose title browsers show. Of many moments in one column the last one counts. */
function hoverAreas(spots: readonly Mark[], x: (at: number) => number): readonly Html[] {
  const shown = thinned(spots, mostSpots)
  return shown.map(({ at, text }, index) => {
    const from = index === 0 ? plot.left : tenths((x(shown[index - 1]?.at ?? at) + x(at)) / 2)
    const to = tenths((x(at) + x(shown[index + 1]?.at ?? at)) / 2)
    const width = tenths(Math.max(to - from, 0))
    return html`<path class="spot" d="M${from} ${plot.top}h${width}V${plot.bottom}h-${width}"
      ><title>${text}</title></path
    >`
  })
}

/** A point without a value is a gap, and a point between two gaps is a dot. */
function pathOf(points: Line['points'], x: (at: number) => number, y: (value: number) => number): string {
  let goesOn = false
  return points
    .map(({ at, value }) => {
      const command = goesOn ? 'L' : 'M'
      goesOn = value !== undefined && Number.isFinite(value)
      return goesOn && value !== undefined
        ? `${command}${x(at)} ${y(value)}${command === 'M' ? 'h0' : ''}`
        : ''
    })
    .join('')
}

/** About four round numbers. */
function valueTicks(low: number, high: number): readonly number[] {
  const raw = (high - low) / 4
  if (!(raw > 0) || !Number.isFinite(raw)) return []
  const power = 10 ** Math.floor(Math.log10(raw))
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw) ?? raw
  const first = Math.ceil(low / size)
  const count = Math.floor(high / size) - first + 1
  return Array.from({ length: Math.max(count, 0) }, (_, index) =>
    Number(((first + index) * size).toPrecision(12)),
  )
}

function clockTicks(from: number, to: number): readonly number[] {
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 10_080]
  const size = (minutes.find((many) => (to - from) / (many * minuteMs) <= 5) ?? 43_200) * minuteMs
  const first = Math.ceil(from / size) * size
  const count = Math.floor((to - first) / size) + 1
  return Array.from({ length: Math.max(count, 0) }, (_, index) => first + index * size)
}
